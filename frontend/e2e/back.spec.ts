// Going back finds things as they were left; what floated over them gives the
// focus back.
import { call, expect, go, test } from './app'

test('Esc goes back to the row that was opened, where it was', async ({ page }) => {
  for (let i = 10; i < 50; i++) await call(page, 'Create', 'decision', `Question ${i}`)
  await expect(page.locator('[data-row]')).toHaveCount(40)
  // One in the middle; which one that is differs, for all are as old.
  const name = /Question \d+/.exec(await page.locator('[data-row]').nth(20).innerText())![0]
  const row = page.getByRole('link', { name })
  await row.focus()
  const main = page.locator('main')
  const top = await row.evaluate((r) => (r.scrollIntoView({ block: 'center' }), document.querySelector('main')!.scrollTop))
  expect(top).toBeGreaterThan(0)
  await row.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText(name)
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
  expect(Math.abs((await main.evaluate((m) => m.scrollTop)) - top)).toBeLessThan(40)
  await page.keyboard.press('j')
  await expect(row).not.toBeFocused()
  await expect(page.locator('[data-row]:focus')).toHaveCount(1)
  // Going there anew begins at the top.
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeVisible()
  await page.getByRole('link', { name: 'Decisions' }).first().click()
  await expect(row).toBeVisible()
  expect(await main.evaluate((m) => m.scrollTop)).toBe(0)
})

test('a plain list is come back to as well', async ({ page }) => {
  for (let i = 10; i < 40; i++) await call(page, 'Create', 'insight', `Thing ${i}`)
  await go(page, 'list/insight')
  const row = page.getByRole('link', { name: /Thing 14/ })
  await row.focus()
  await row.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText('Thing 14')
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
  await expect(row).toBeInViewport()
})

test('the shortcuts and the palette give the focus back', async ({ page }) => {
  await call(page, 'Create', 'decision', 'Question')
  const row = page.getByRole('link', { name: 'Question' })
  await row.focus()
  for (const open of ['?', 'Control+k']) {
    await page.keyboard.press(open)
    await expect(page.getByRole('dialog')).toBeVisible()
    await page.keyboard.press('Escape')
    await expect(page.getByRole('dialog')).toHaveCount(0)
    await expect(row).toBeFocused()
  }
  const team = page.getByRole('button', { name: 'Saltmarsh' })
  await team.click()
  await page.getByRole('menuitem', { name: /^All shortcuts/ }).click()
  await page.getByRole('button', { name: 'Close' }).click()
  await expect(team).toBeFocused()
})

test('leaving the team is asked, and staying goes back to where it was asked', async ({ page }) => {
  await go(page, 'team')
  const leave = page.getByRole('button', { name: 'Leave this team' })
  await leave.press('Enter')
  const stay = page.getByRole('button', { name: 'Stay' })
  await expect(stay).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(leave).toBeFocused()
})

test('the safety words give the focus back', async ({ page }) => {
  await go(page, 'team')
  const more = page.getByRole('button', { name: /^Ines Carvalho: words/ })
  await more.click()
  await page.getByRole('menuitem', { name: 'Safety words of your devices' }).click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(more).toBeFocused()
})
