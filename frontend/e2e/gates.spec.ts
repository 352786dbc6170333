// What is not ready says all that it still needs, and a key goes to the first.
import type { Page } from '@playwright/test'
import { call, expect, go, raise, test } from './app'

const box = (page: Page, name: string | RegExp) => page.getByRole('textbox', { name, exact: true })

test('a raised decision is recorded without anybody having been consulted', async ({ page }) => {
  await raise(page, 'Settle small refunds from the float')
  await page.getByRole('button', { name: 'Raise it' }).click()
  const record = page.getByRole('button', { name: 'Record the decision' })
  await expect(record).toHaveAttribute('aria-disabled', 'true')
  // Asked for by its key it says what it needs, there where it is needed, one after the other.
  for (const [field, words] of [['Decision', 'Option A.'], ['Rationale', 'The float exists for this.'], ['Trade-offs', 'An operator can be short.']] as const) {
    await page.keyboard.press('Control+Enter')
    await expect(box(page, field)).toBeFocused()
    await expect(page.getByRole('alert').filter({ hasText: `Write the ${field.toLowerCase()}.` })).toBeVisible()
    await page.keyboard.type(words)
  }
  await page.keyboard.press('Control+Enter')
  await expect(page.locator('[data-field="review-trigger"]').first()).toContainText('Say when to look at it again.')
  await box(page, 'Or when').click()
  await page.keyboard.type('Disputes pass 2%')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Two or more, one of them chosen.' })).toBeFocused()
  await page.keyboard.press('Enter')
  await page.keyboard.type('Pay at once')
  await page.getByRole('button', { name: 'Add another' }).first().click()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('textbox', { name: 'Option, options considered 2' })).toBeFocused()
  await page.keyboard.type('Invoice monthly')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('checkbox', { name: /^Chosen: A/ })).toBeFocused()
  await page.keyboard.press('Space')
  await expect(record).not.toHaveAttribute('aria-disabled', 'true')
  await expect(page.getByRole('alert')).toHaveCount(0)
  await expect(record).toHaveClass(/\bink\b/)
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('listitem').filter({ hasText: 'Decided' })).toHaveAttribute('aria-current', 'step')
})

test('an item says what starting it needs', async ({ page }) => {
  await page.keyboard.press('i')
  await expect(box(page, 'Title')).toBeFocused()
  await page.keyboard.type('Float report')
  await page.keyboard.press('Control+Enter')
  await expect(box(page, 'Next action')).toBeFocused()
  await expect(page.getByRole('alert').filter({ hasText: 'Write the next action.' })).toBeVisible()
  await expect(page.getByRole('alert').filter({ hasText: 'Say when you expect it to be done.' })).toBeVisible()
  await page.keyboard.type('Ask the bank')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('textbox', { name: 'Expected' })).toBeFocused()
})

test('an objective says what it needs, and so does its button', async ({ page }) => {
  const id = await call<string>(page, 'Create', 'objective', 'Refunds need nobody')
  await call(page, 'Set', id, 'owner', null)
  await go(page, `page/${id}`)
  await page.getByRole('button', { name: 'Make it active' }).press('Enter')
  await expect(page.getByRole('alert').filter({ hasText: 'Name the responsible.' })).toBeVisible()
  await expect(box(page, 'Outcome')).toBeFocused()
  await page.keyboard.type('Small refunds settle by themselves.')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: /^Responsible:/ })).toBeFocused()
})

test('an update says whom a decision is needed from', async ({ page }) => {
  await go(page, 'weekly')
  await page.getByRole('button', { name: 'Write this week’s update' }).click()
  await page.keyboard.type('Refunds settle by themselves.')
  await page.getByRole('button', { name: 'From whom, and by when.' }).click()
  await page.keyboard.type('Charge for groups?')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: /^By whom/ })).toBeFocused()
  await expect(page.getByRole('alert')).toContainText('Give every line under decisions needed its by whom.')
})

test('what last week’s commitments became opens the way at once', async ({ page }) => {
  await go(page, 'weekly')
  await page.getByRole('link', { name: /^Week \d+$/ }).first().click()
  await page.getByRole('button', { name: /^Write it for week/ }).click()
  await page.getByRole('button', { name: /^In order\. These are commitments/ }).click()
  await page.keyboard.type('Float report')
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('button', { name: 'Publish' })).toHaveCount(0)
  await go(page, 'weekly')
  await page.getByRole('button', { name: 'Write this week’s update' }).click()
  await expect(page.getByText('Mark last week’s “Float report”').first()).toBeVisible()
  await page.keyboard.press('Control+Enter')
  await expect(page.getByRole('radio', { name: 'delivered' })).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Waited for the bank.')
  await page.keyboard.press('Control+Enter') // what it waits for is still on its way
  await expect(page.getByRole('button', { name: 'Publish' })).toHaveCount(0)
})

test('a review says that it has no headline', async ({ page }) => {
  await go(page, 'review')
  await page.getByRole('button', { name: /^Gather this week/ }).click()
  await expect(box(page, 'Headline')).toBeFocused()
  await page.getByRole('button', { name: 'Publish' }).press('Enter')
  await expect(box(page, 'Headline')).toBeFocused()
  await expect(page.getByRole('alert')).toContainText(['Write the headline.', 'Write the bottom line.'])
})
