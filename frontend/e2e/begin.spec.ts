// Whatever is begun is written at once: the letters typed next are its text,
// and never shortcuts.
import type { Page } from '@playwright/test'
import { expect, go, test } from './app'

const typed = 'Dinner is ordered, in a note'

/** Types straight on, and sees the words where they belong and nothing else begun. */
async function write(page: Page, into: string | RegExp) {
  await page.keyboard.type(typed, { delay: 10 })
  const text = page.getByRole('textbox', { name: into })
  await expect(text).toBeFocused()
  await expect(text).toHaveText(typed)
  await expect(page.getByRole('alert')).toHaveCount(0)
}

test('this week’s update begins with its first outcome', async ({ page }) => {
  await go(page, 'weekly')
  await page.getByRole('button', { name: 'Write this week’s update' }).click()
  await write(page, 'Outcome, outcomes shipped 1')
})

test('last week’s update begins with its first outcome', async ({ page }) => {
  await go(page, 'weekly')
  await page.getByRole('link', { name: /^Week \d+$/ }).first().click()
  await page.getByRole('button', { name: /^Write it for week/ }).press('Enter')
  await write(page, 'Outcome, outcomes shipped 1')
})

test('the review begins with its headline', async ({ page }) => {
  await go(page, 'review')
  await page.getByRole('button', { name: /^Gather this week/ }).press('Enter')
  await write(page, 'Headline')
})

test('the working agreement begins with its first field', async ({ page }) => {
  await go(page, 'one/agreement')
  await page.getByRole('button', { name: 'Write the working agreement' }).press('Enter')
  await write(page, 'Core hours')
})

for (const [words, into] of [['decision', 'Title'], ['brief', 'Title'], ['weekly update', 'Outcome, outcomes shipped 1'], ['weekly review', 'Headline'], ['agreement', 'Core hours']] as const)
  test(`from the palette, ${words}`, async ({ page }) => {
    await page.keyboard.press('Control+n')
    await page.keyboard.type(words)
    await page.keyboard.press('Enter')
    await write(page, into)
    await expect(page.getByRole('link', { name: { decision: 'Decisions', brief: 'Intent briefs', 'weekly update': 'Weekly updates', 'weekly review': 'Weekly reviews', agreement: 'Working agreement' }[words] }).first()).toHaveAttribute('aria-current', 'page')
  })

test('a record that has its title begins with the text after it', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Refunds')
  await page.getByRole('option', { name: 'Raise a decision called “Refunds”' }).click()
  await write(page, 'Context')
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText('Refunds')
})
