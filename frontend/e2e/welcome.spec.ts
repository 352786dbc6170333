// The first window asks for what it needs, once, and says all that is wrong.
import { expect, test } from './app'

test('a passphrase that was given is not asked for', async ({ person }) => {
  const page = await person().open()
  await expect(page.getByLabel('Team name')).toBeFocused()
  await expect(page.getByLabel('Passphrase', { exact: true })).toHaveCount(0)
  await page.getByText('Look around a sample team').click()
  await page.getByRole('button', { name: 'Open the sample' }).click()
  await expect(page.getByRole('heading', { name: 'Decision log' })).toBeVisible({ timeout: 60_000 })
})

test('all that is wrong is said, and the first of it has the focus', async ({ person }) => {
  const page = await person().open(false)
  await page.getByText('A server', { exact: true }).click()
  await page.getByRole('textbox', { name: 'Your name' }).fill('')
  for (let again = 0; again < 2; again++) {
    await page.getByRole('button', { name: 'Start the team' }).click()
    await expect(page.getByLabel('Team name')).toBeFocused()
    await expect(page.getByRole('alert')).toHaveText(['Give the team a name.', 'Write the name your team knows you by.', /^Write at least 12 characters/, 'Write the address of the server.'])
    await page.getByLabel('Team name').blur()
  }
  await page.getByLabel('Team name').fill('Saltmarsh')
  await page.getByRole('button', { name: 'Start Saltmarsh' }).click()
  await expect(page.getByRole('textbox', { name: 'Your name' })).toBeFocused()
})

for (const token of ['', 'k3l9'])
  test(`a server that is not there starts no team${token && ', with a token either'}`, async ({ person }) => {
    const page = await person().open()
    await page.getByLabel('Team name').fill('Saltmarsh')
    await page.getByLabel('Your name').fill('Ines Carvalho')
    await page.getByText('A server', { exact: true }).click()
    await page.getByLabel('Address of the server').fill('http://127.0.0.1:9')
    await page.getByLabel('Token, if it asks for one').fill(token)
    await page.getByRole('button', { name: 'Start Saltmarsh' }).click()
    await expect(page.locator('main').getByText(/127\.0\.0\.1:9|relay|server/).last()).toBeVisible()
    await page.getByText('None yet').click()
    await page.getByRole('button', { name: 'Start Saltmarsh' }).click()
    await expect(page.getByRole('heading', { name: 'Nothing decided in writing yet' })).toBeVisible()
  })

test('the form fits the smallest window', async ({ person }) => {
  const page = await person().open()
  await page.setViewportSize({ width: 960, height: 640 })
  for (const way of ['None yet', 'A shared folder', 'A server']) {
    await page.getByText(way, { exact: true }).click()
    const box = await page.getByRole('button', { name: 'Start the team' }).boundingBox()
    expect(box!.y + box!.height, way).toBeLessThanOrEqual(640)
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0)
  }
})
