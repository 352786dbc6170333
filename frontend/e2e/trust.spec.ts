// Who is in the team, on which devices, and what is left when one is lost: each
// person a program of their own, one folder between them.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { addRelay, call, choosePassphrase, expect, go, startTeam, test, until } from './app'

const home = (page: Page) => page.getByRole('heading', { level: 1 })
const fine = async (page: Page, where: string) => {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  expect.soft(violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`)), where).toEqual([])
}
const begin = async (page: Page, code: string, me?: string) => {
  await page.getByText('Join with an invite').click()
  await page.getByLabel('Invite', { exact: true }).fill(code)
  if (me) await page.getByLabel('Your name').fill(me)
  else await expect(page.getByLabel('Your name')).toHaveCount(0)
  await choosePassphrase(page)
  await page.getByRole('button', { name: me ? 'Join' : 'Add this device', exact: true }).click()
}
const invited = async (page: Page, which: 'Invite someone' | 'Add a device of yours', ask = false) => {
  await page.getByRole('button', { name: which }).click()
  if (ask) await page.getByRole('checkbox', { name: /by hand/ }).check()
  await page.getByRole('button', { name: 'Make the invite' }).click()
  const code = await page.locator('code').innerText()
  await page.getByRole('button', { name: 'Done' }).click()
  return code
}
const words = async (page: Page, person: RegExp, which: RegExp) => {
  await page.getByRole('button', { name: person }).click()
  await page.getByRole('menuitem', { name: which }).click()
  const sheet = page.getByRole('dialog')
  await expect(sheet.locator('.words p')).toHaveCount(2)
  const said = (await sheet.locator('.words p').allInnerTexts()).join(' ')
  await fine(page, 'the safety words')
  await page.keyboard.press('Escape')
  await expect(sheet).toHaveCount(0)
  return said
}

test('a further device joins, and both show the same twelve words', async ({ person, folder }) => {
  test.setTimeout(180_000)
  const ines = await person().open()
  await startTeam(ines)
  await addRelay(ines, folder)
  const code = await invited(ines, 'Add a device of yours')
  const desktop = await person().open()
  await begin(desktop, code)
  await until([ines, desktop], () => expect(home(desktop)).toHaveText(/Nothing decided/, { timeout: 1500 }))
  await go(desktop, 'team')
  await until([ines, desktop], () => expect(home(ines)).toHaveText('One person, two devices', { timeout: 1500 }))
  const one = await words(ines, /^Ines Carvalho:/, /Safety words of your devices/)
  const other = await words(desktop, /^Ines Carvalho:/, /Safety words of your devices/)
  expect(one.split(' ')).toHaveLength(12)
  expect(other).toBe(one)
})

test('who asks is let in, reads along, and reads nothing after being removed', async ({ person, folder }) => {
  test.setTimeout(240_000)
  const ines = await person().open()
  await startTeam(ines)
  await addRelay(ines, folder)
  const code = await invited(ines, 'Invite someone', true)
  const tom = await person().open()
  await begin(tom, code, 'Tom Ashworth')
  await expect(tom.getByRole('heading', { name: /Waiting to be let in/ })).toBeVisible()
  const letIn = ines.getByRole('button', { name: /^Let in / })
  await until([tom, ines], () => expect(letIn).toBeVisible({ timeout: 1500 }))
  await expect(ines.getByRole('link', { name: /needs? you$/ })).toBeVisible()
  await fine(ines, 'somebody at the door')
  await letIn.click()
  await until([ines, tom], () => expect(home(tom)).toHaveText(/Nothing decided/, { timeout: 1500 }))

  await call(ines, 'Create', 'decision', 'Settle small refunds')
  const reads = async (title: string) => (await call<{ rows: { title: string }[] | null }>(tom, 'List', { kind: 'decision', tab: 'all', level: '', owner: '', tag: '', text: '', offset: 0, limit: 0 })).rows?.some((r) => r.title === title) ?? false
  await until([ines, tom], async () => expect(await reads('Settle small refunds')).toBe(true))
  await expect(ines.getByRole('link', { name: /delivered to 1 of 1/ })).toBeVisible({ timeout: 45_000 })

  await invited(ines, 'Add a device of yours')
  await expect(ines.getByRole('button', { name: /^Withdraw the invite/ })).toBeVisible()
  await ines.getByRole('button', { name: /^Tom Ashworth:/ }).click()
  await ines.getByRole('menuitem', { name: 'Remove from the team' }).click()
  const sheet = ines.getByRole('dialog', { name: 'Remove Tom Ashworth?' })
  await expect(sheet.getByText('they keep what they have')).toBeVisible()
  await fine(ines, 'removing a person')
  await sheet.getByRole('button', { name: 'Remove Tom Ashworth' }).click()
  await expect(home(ines)).toHaveText('One person, one device')
  await expect(ines.getByText('No invite is waiting.')).toBeVisible()

  await call(ines, 'Create', 'decision', 'Written afterwards')
  await go(tom, 'team')
  await until([ines, tom], () => expect(tom.getByText('This device no longer belongs to the team.').first()).toBeVisible({ timeout: 1500 }))
  for (let i = 0; i < 3; i++) for (const p of [ines, tom]) await call(p, 'SyncNow').catch(() => {})
  expect(await reads('Settle small refunds')).toBe(true)
  expect(await reads('Written afterwards')).toBe(false)
  await fine(tom, 'a removed device')
})

test('a kit is put on paper, typed back, and brings an empty machine into the team', async ({ person, folder }) => {
  test.setTimeout(180_000)
  const ines = await person().open()
  await startTeam(ines)
  await addRelay(ines, folder)
  await expect(ines.getByText('You have no recovery kit.')).toBeVisible()
  await ines.getByRole('link', { name: 'Make a recovery kit' }).click()
  await ines.getByRole('button', { name: 'Make a recovery kit' }).click()
  const groups = await ines.getByRole('list', { name: 'The code, in groups' }).locator('code').allInnerTexts()
  const field = ines.getByLabel(/^Then type group/)
  await field.fill('WRONG')
  await ines.getByRole('button', { name: 'Compare' }).click()
  await expect(ines.getByText('That is not what the recovery kit says.')).toBeVisible()
  await fine(ines, 'the kit')
  const n = Number(/group (\d+)/.exec((await field.evaluate((e) => (e as HTMLInputElement).labels![0]!.textContent)) ?? '')![1])
  await ines.emulateMedia({ media: 'print' })
  await expect(ines.getByRole('heading', { name: 'Recovery kit for Saltmarsh' })).toBeVisible()
  await expect(field).toBeHidden()
  await expect(ines.getByRole('navigation', { name: 'Main' })).toBeHidden()
  await ines.emulateMedia({ media: 'screen' })
  await field.fill(groups[n - 1]!.toLowerCase())
  await ines.getByRole('button', { name: 'Compare' }).click()
  await expect(ines.getByText('The paper is right.')).toBeVisible()
  await call(ines, 'SyncNow')

  const found = await person().open()
  await found.getByText('Bring back', { exact: true }).click()
  await fine(found, 'bringing back')
  await found.getByLabel('The groups on the paper').fill(groups.join(' ').toLowerCase())
  await choosePassphrase(found)
  await found.getByRole('button', { name: 'Bring it back' }).click()
  await until([ines, found], () => expect(home(found)).toHaveText(/Nothing decided/, { timeout: 1500 }))
  await go(found, 'team')
  await expect(home(found)).toHaveText('One person, two devices')
})

test('the pages behind the team say what they found', async ({ page }) => {
  await go(page, 'team/doctor')
  await expect(home(page)).toHaveText(/in order|not right/, { timeout: 30_000 })
  await fine(page, 'the check')
  await go(page, 'team/backup')
  await page.getByLabel('Passphrase of the backup').fill('harbour thimble oat')
  await page.getByLabel('The passphrase again').fill('harbour thimble')
  await page.getByRole('button', { name: /write it/ }).click()
  await expect(page.getByText('The two are not the same.')).toBeVisible()
  await page.getByLabel('The passphrase again').fill('harbour thimble oat')
  await page.getByRole('button', { name: /write it/ }).click()
  await expect(page.getByText('A browser cannot choose files and folders')).toBeVisible()
  await fine(page, 'the backup')
})
