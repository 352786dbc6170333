// What is shown where, and in which words.
import { call, expect, go, test } from './app'

test('a review is opened on its own screen, and known by its headline', async ({ page }) => {
  const id = await call<string>(page, 'BeginWeek', 'review', '')
  await go(page, `page/${id}`)
  await expect(page).toHaveURL(/#\/review\/\d{4}-W\d\d$/)
  await page.getByRole('textbox', { name: 'Headline' }).click()
  await page.keyboard.type('Half of the refunds need nobody')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('heading', { name: 'Other weeks' })).toHaveCount(0)
  await go(page, 'list/review')
  const row = page.locator('[data-row]')
  await expect(row).toContainText('Half of the refunds need nobody')
  await row.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Headline' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
})

test('a profile has the name once, and nothing to link', async ({ page }) => {
  await go(page, 'team')
  await page.getByRole('button', { name: 'Your profile' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Ines Carvalho')
  await expect(page.getByText('Ines Carvalho', { exact: true })).toHaveCount(1)
  await expect(page.getByRole('heading', { name: 'Links' })).toHaveCount(0)
})

test('an item is asked why it came back once it was delivered', async ({ page }) => {
  const id = await call<string>(page, 'Create', 'item', 'Float report')
  await call(page, 'Set', id, 'expected-completion', '2027-01-08')
  await go(page, `page/${id}`)
  await page.getByRole('textbox', { name: 'Next action' }).click()
  await page.keyboard.type('Ask the bank')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Deliver it' })).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Reopened' })).toHaveCount(0)
  await page.getByRole('button', { name: 'Deliver it' }).click()
  await expect(page.getByRole('heading', { name: 'Reopened' })).toBeVisible()
})

test('the measures are copied as the command line writes them', async ({ page }) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
  await go(page, 'metrics')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: /^Copy as CSV/ }).click()
  await expect(page.getByText('The measures copied as CSV')).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^measure,figure,value\n[^]*decision-cycle-time,n,0/)
})

test('what is wrong is told without commands', async ({ page }) => {
  await go(page, 'page/D-9999')
  await expect(page.getByRole('alert')).toContainText('It may also not have arrived yet')
  await go(page, 'team/doctor')
  await expect(page.getByRole('heading', { level: 1 })).not.toHaveText('Looking at this device')
  await expect(page.locator('main')).not.toContainText('`')
})
