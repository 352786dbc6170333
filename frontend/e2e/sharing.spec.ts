// Two people, two programs, one folder between them.
import type { Page } from '@playwright/test'
import { expect, go, passphrase, raise, startTeam, test } from './app'

const syncNow = async (page: Page) => {
  await page.evaluate(() => (window as never as { go: { app: { App: { SyncNow(): Promise<void> } } } }).go.app.App.SyncNow())
}

test('a team is joined by a folder; two dates set while apart are both kept until one is settled', async ({ person, folder }) => {
  test.setTimeout(180_000)
  const ines = await person().open()
  await startTeam(ines)
  await go(ines, 'team')
  await ines.getByRole('button', { name: 'Add a relay' }).click()
  await ines.getByLabel('Folder or server').fill(folder)
  await ines.getByRole('button', { name: 'Use it' }).click()
  await expect(ines.getByText(`Folder, ${folder}`)).toBeVisible()
  await ines.getByRole('button', { name: 'Invite someone' }).click()
  await ines.getByRole('button', { name: 'Make the invite' }).click()
  const code = await ines.locator('code').innerText()

  const tom = await person().open()
  await tom.getByText('Join with an invite').click()
  await tom.getByLabel('Invite', { exact: true }).fill(code)
  await tom.getByLabel('Your name').fill('Tom Ashworth')
  const secret = tom.getByLabel('Passphrase', { exact: true })
  if (await secret.count()) {
    await secret.fill(passphrase)
    await tom.getByLabel('The passphrase again').fill(passphrase)
  }
  await tom.getByRole('button', { name: 'Join', exact: true }).click()
  await expect(async () => {
    await syncNow(ines)
    await syncNow(tom).catch(() => {})
    await expect(tom.getByRole('heading', { level: 1 })).toHaveText(/Nothing decided|Decision log/, { timeout: 1500 })
  }).toPass({ timeout: 60_000 })

  await raise(ines, 'Settle small refunds')
  await ines.keyboard.press('Escape')
  await expect(ines.getByText(/^Saved here/)).toBeVisible()
  await go(tom, 'decisions')
  await expect(async () => {
    await syncNow(ines)
    await syncNow(tom)
    await expect(tom.getByRole('link', { name: 'Settle small refunds' })).toBeVisible({ timeout: 1500 })
  }).toPass({ timeout: 60_000 })
  await tom.getByRole('link', { name: 'Settle small refunds' }).click()

  for (const [page, day] of [[ines, '12 June 2027'], [tom, '16 June 2027']] as const) {
    const date = page.getByRole('textbox', { name: 'Decide by' })
    await date.fill(day)
    await date.press('Enter')
    await date.blur()
  }
  const clash = ines.getByRole('region', { name: 'Decide by: two dates' })
  await expect(async () => {
    await syncNow(tom)
    await syncNow(ines)
    await expect(clash).toBeVisible({ timeout: 1500 })
  }).toPass({ timeout: 60_000 })
  await expect(clash.getByText(/Tom, /)).toBeVisible()
  // The arrows choose, Enter keeps.
  const later = clash.getByRole('radio', { name: /16 June/ })
  await clash.getByRole('radio').first().focus()
  await ines.keyboard.press('Enter')
  await expect(clash.getByRole('radio').first()).toBeChecked()
  if (!(await later.isChecked())) await ines.keyboard.press('ArrowDown')
  await expect(later).toBeChecked()
  await expect(clash.getByRole('button', { name: 'Keep 16 June 2027' })).toBeVisible()
  await ines.keyboard.press('Enter')
  await expect(clash).toHaveCount(0)
  await expect(ines.getByRole('textbox', { name: 'Decide by' })).toHaveValue('Wed 16 Jun 2027')
})
