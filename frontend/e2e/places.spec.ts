// Every place is reached by the keyboard, and says something when it is empty.
import { call, expect, go, raise, test } from './app'

test('letters go places, and are text while one types', async ({ page }) => {
  for (const [letter, heading] of [['o', 'No work is written down yet'], ['m', 'Is it working?'], ['w', /^What changed/], ['d', 'Nothing decided in writing yet']] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await expect(page.getByRole('heading', { level: 1, name: heading })).toBeVisible()
  }
  await page.keyboard.press('Control+k')
  await page.keyboard.type('dgo')
  await expect(page.getByRole('combobox', { name: 'Find or do' })).toHaveValue('dgo')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toHaveCount(0)
})

test('the palette finds, writes and does', async ({ page }) => {
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Refunds')
  await page.getByRole('option', { name: 'Raise a decision called “Refunds”' }).click()
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText('Refunds')
  await go(page, 'team')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('refund')
  await expect(page.getByRole('option', { name: /^Refunds/ })).toBeVisible()
  await expect(page.locator('mark')).toHaveText('Refund')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('option', { name: 'Copy it as text' })).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText('Refunds')
  await page.keyboard.press('Control+k')
  await page.keyboard.type('dark theme')
  await page.keyboard.press('Enter')
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark')
})

test('all that was found is a list, and a record in it comes back to it', async ({ page }) => {
  for (let i = 10; i < 25; i++) await call(page, 'Create', i % 2 ? 'decision' : 'insight', `Refund ${i}`)
  await page.keyboard.press('Control+k')
  await page.keyboard.type('refund')
  await expect(page.getByText('15 of 16 records, searched on this device')).toBeVisible()
  const all = page.getByRole('option', { name: 'All 15 results for “refund”' })
  await expect(page.getByRole('option', { name: /^Refund \d/ })).toHaveCount(8)
  for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowDown')
  await expect(all).toHaveAttribute('aria-selected', 'true')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { level: 1, name: '“refund”' })).toBeVisible()
  await expect(page.locator('[data-row]')).toHaveCount(15)
  for (let i = 0; i < 3; i++) await page.keyboard.press('j')
  const row = page.locator('[data-row]').nth(2)
  await expect(row).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(row).toBeFocused()
})

test('a finished one is read before the first is written, and left as one came', async ({ page }) => {
  for (const [place, empty, title] of [
    ['decisions', 'Nothing decided in writing yet', 'Replace the Monday call with a written update'],
    ['list/brief', 'No intent briefs yet', 'Statements by the third working day'],
    ['one/agreement', 'No working agreement yet', 'Working agreement'],
  ] as const) {
    await go(page, place)
    const read = page.getByRole('link', { name: 'Read a finished one' })
    await read.focus()
    await page.keyboard.press('Enter')
    await expect(page.getByRole('heading', { level: 1, name: title })).toBeVisible()
    const main = page.getByRole('main')
    await expect(main).toContainText('An example, from the sample team Saltmarsh. It is not one of your records')
    await expect(main).not.toContainText('someone')
    await expect(main.getByRole('textbox')).toHaveCount(0)
    await page.keyboard.press('Escape')
    await expect(page.getByRole('heading', { level: 1, name: empty })).toBeVisible()
    await expect(read).toBeFocused()
  }
  // Going back by the window’s own means is the same; what is gathered has none to show.
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'How we disagree' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('link', { name: 'Read a finished one' })).toBeFocused()
  await go(page, 'list/review')
  await expect(page.getByRole('heading', { level: 1, name: 'No weekly reviews yet' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Read a finished one' })).toHaveCount(0)
})

test('single letters can be switched off', async ({ page }) => {
  await page.keyboard.press('?')
  await page.getByRole('checkbox').uncheck()
  await page.keyboard.press('Escape')
  await page.keyboard.press('d')
  await expect(page.getByRole('heading', { name: 'Nothing decided in writing yet' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await expect(page.getByRole('dialog', { name: 'Find or do' })).toBeVisible()
})

test('the log is filtered, and walked with J and K', async ({ page }) => {
  for (const title of ['First', 'Second']) {
    await raise(page, title)
    await page.keyboard.press('Escape')
    await go(page, 'decisions')
    await expect(page.getByRole('link', { name: title })).toBeVisible()
  }
  await page.keyboard.press('j')
  const first = page.locator('[data-row]').first()
  await expect(first).toBeFocused()
  await page.keyboard.press('j')
  await expect(page.locator('[data-row]').nth(1)).toBeFocused()
  await page.keyboard.press('k')
  await page.getByRole('searchbox', { name: 'Find in decisions' }).fill('second')
  await expect(page.locator('[data-row]')).toHaveText(['Second'])
  await page.getByRole('searchbox').fill('')
  await page.getByRole('tab', { name: /^Superseded/ }).click()
  await expect(page.getByText('No decision matches.')).toBeVisible()
  await page.getByRole('button', { name: 'Show all' }).click()
  await expect(page.locator('[data-row]')).toHaveCount(2)
})

test('the week is begun, written and published', async ({ page }) => {
  await go(page, 'weekly')
  await page.getByRole('button', { name: 'Write this week’s update' }).click()
  await expect(page.getByRole('textbox', { name: 'Outcome, outcomes shipped 1' })).toBeFocused()
  await page.keyboard.type('Refunds settle by themselves.')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Publish' }).click()
  await expect(page.getByRole('button', { name: 'Publish' })).toHaveCount(0)
  await expect(page.getByText('Refunds settle by themselves.')).toBeVisible()
  await go(page, 'review')
  await expect(page.getByText('Refunds settle by themselves.')).toBeVisible()
})

test('last week can still be written, and no week before it', async ({ page }) => {
  await go(page, 'weekly')
  const back = page.getByRole('link', { name: /^Week \d+$/ }).first()
  await back.click()
  await page.getByRole('button', { name: /^Write it for week/ }).click()
  await expect(page.getByRole('heading', { name: 'Outcomes shipped' })).toBeVisible()
  await back.click()
  await expect(page.getByText('it is over')).toBeVisible()
  await expect(page.getByRole('button', { name: /^Write/ })).toHaveCount(0)
})

test('the review exports as Markdown', async ({ page }) => {
  await go(page, 'review')
  await page.getByRole('button', { name: /^Gather this week/ }).click()
  await page.getByRole('textbox', { name: 'Headline' }).click()
  await page.keyboard.type('Half of small refunds now need nobody')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Export' }).click()
  const arriving = page.waitForEvent('download')
  await page.getByRole('menuitem', { name: /^Markdown/ }).click()
  const file = await arriving
  expect(file.suggestedFilename()).toMatch(/\.md$/)
  const text = await (await file.createReadStream()).toArray()
  expect(Buffer.concat(text).toString()).toContain('Half of small refunds now need nobody')
})
