// What is written is kept, arrives where one clicked, and survives the program.
import type { Page } from '@playwright/test'
import { call, expect, go, raise, startTeam, test } from './app'

test('a decision is raised, argued and recorded by the keyboard alone', async ({ page }) => {
  await raise(page, 'Settle small refunds from the float')
  await page.keyboard.press('Enter')
  await page.keyboard.type('A refund under £50 waits for a person. 🚢')
  await page.getByRole('button', { name: 'Two or more, one of them chosen.' }).focus()
  await page.keyboard.press('Enter')
  await page.keyboard.type('Pay at once')
  await page.keyboard.press('Enter')
  await page.keyboard.type('The same day.')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Short overnight.')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Invoice monthly')
  await page.getByRole('checkbox', { name: /Chosen: A/ }).click()
  for (const [field, words] of [['Decision', 'Option A.'], ['Rationale', 'The float exists for this.'], ['Trade-offs', 'An operator can be short.'], ['Or when', 'Disputes pass 2%']] as const) {
    await page.getByRole('textbox', { name: field, exact: true }).click()
    await page.keyboard.type(words)
  }
  await page.getByRole('button', { name: 'Raise it' }).click()
  await page.getByRole('button', { name: 'Record the decision' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Decided' })).toHaveAttribute('aria-current', 'step')
  await expect(page.getByRole('textbox', { name: 'Rationale' })).toHaveCount(0)
  await expect(page.getByText('A refund under £50 waits for a person. 🚢')).toBeVisible()
})

test('a recording that is not ready says what is missing', async ({ page }) => {
  await raise(page, 'Charge for groups')
  await page.getByRole('button', { name: 'Raise it' }).click()
  const record = page.getByRole('button', { name: 'Record the decision' })
  await expect(record).toHaveAttribute('aria-disabled', 'true')
  await expect(record).toHaveAccessibleDescription(
    'Write the decision. Write the rationale. Write the trade-offs. Say when to look at it again. Give at least two under options considered. Mark exactly one under options considered as chosen.',
  )
})

test('what was saved is there after the program was killed', async ({ person }) => {
  const ines = person()
  let page = await ines.open()
  await startTeam(page)
  await raise(page, 'Keep what is written')
  await page.keyboard.press('Enter')
  await page.keyboard.type('To the last word.')
  await expect(page.getByText('Writing…')).toBeVisible()
  await expect(page.getByText(/^Saved here/)).toBeVisible()
  await page.keyboard.press('Escape')
  await expect(page.getByText(/^Saved here/)).toBeVisible()
  await ines.close('SIGKILL')
  await page.context().close()
  ines.errors.length = 0 // the window saw its other half go
  page = await ines.open()
  await page.getByRole('link', { name: 'Keep what is written' }).click()
  await expect(page.getByRole('textbox', { name: 'Context' })).toHaveText('To the last word.')
})

test('the caret stands where one clicked, and nothing moves', async ({ page }) => {
  await raise(page, 'T')
  await page.keyboard.press('Enter')
  await page.keyboard.type('one two three')
  await page.keyboard.press('Escape')
  const text = page.getByRole('textbox', { name: 'Context' })
  const before = await text.boundingBox()
  await text.click({ position: { x: 1, y: 14 } })
  await page.keyboard.type('0 ')
  await expect(text).toHaveText('0 one two three')
  const after = await text.boundingBox()
  expect(after?.y).toBeCloseTo(before!.y, 0)
  expect(after?.height).toBeCloseTo(before!.height, 0)
  await page.keyboard.press('Control+z')
  await expect(text).toHaveText('one two three')
})

test('an item is added, moved, taken out and put back', async ({ page }) => {
  await raise(page, 'T')
  await page.getByRole('button', { name: 'Two or more, one of them chosen.' }).click()
  await page.keyboard.type('First')
  await page.getByRole('button', { name: 'Add another' }).first().click()
  await page.keyboard.type('Second')
  const names = page.getByRole('textbox', { name: /^Option, / })
  await expect(names).toHaveText(['First', 'Second'])
  await page.keyboard.press('Alt+ArrowUp')
  await expect(names).toHaveText(['Second', 'First'])
  await page.getByRole('button', { name: 'Remove: Second' }).click()
  await expect(names).toHaveText(['First'])
  await page.getByRole('button', { name: 'Put it back' }).click()
  await expect(names).toHaveText(['Second', 'First'])
})

test('an item that is moved keeps the caret', async ({ page }) => {
  await raise(page, 'A title')
  await page.getByRole('button', { name: /^Two or more/ }).click()
  await page.keyboard.type('First')
  await page.getByRole('button', { name: 'Add another' }).first().click()
  await page.keyboard.type('Second')
  const second = page.getByRole('textbox', { name: /^Option, / }).filter({ hasText: 'Second' })
  await expect(second).toBeFocused()
  for (const key of ['Alt+ArrowUp', 'Alt+ArrowDown']) {
    await page.keyboard.press(key)
    await expect(second).toBeFocused()
  }
  await page.keyboard.type('ly')
  await expect(page.getByRole('textbox', { name: 'Option, options considered 2' })).toHaveText('Secondly')
})

test('a date is read as one says it, and what is not a date is told', async ({ page }) => {
  await raise(page, 'T')
  const date = page.getByRole('textbox', { name: 'Decide by' })
  await date.fill('soon')
  await date.press('Enter')
  await expect(page.getByText('Write a day such as')).toBeVisible()
  await date.fill('16 June 2027')
  await date.press('Enter')
  await expect(date).toHaveValue('Wed 16 Jun 2027')
})

test('a draft is discarded', async ({ page }) => {
  await raise(page, 'A mistake')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'More', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Discard this draft' }).click()
  await expect(page.getByRole('alertdialog')).toContainText('Discard “A mistake”?')
  // Enter by mistake keeps it, and so does Esc; both give the focus back.
  for (const key of ['Enter', 'Escape']) {
    await expect(page.getByRole('button', { name: 'Keep it' })).toBeFocused()
    await page.keyboard.press(key)
    await expect(page.getByRole('alertdialog')).toHaveCount(0)
    await expect(page.getByRole('button', { name: 'More', exact: true })).toBeFocused()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitem', { name: 'Discard this draft' }).click()
  }
  await page.getByRole('button', { name: 'Discard “A mistake”' }).click()
  await expect(page.getByText('“A mistake” is discarded')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Nothing decided in writing yet' })).toBeVisible()
})

test('what one person types another sees, and both may type at once', async ({ person }) => {
  // Two windows of one program: the same authority, two editors.
  const page = await person().open()
  await startTeam(page)
  await raise(page, 'T')
  await page.keyboard.press('Enter')
  await page.keyboard.type('start')
  await page.keyboard.press('Escape')
  const other = await page.context().newPage()
  await other.goto(page.url())
  const here = page.getByRole('textbox', { name: 'Context' })
  const there = other.getByRole('textbox', { name: 'Context' })
  await expect(there).toHaveText('start')
  await there.click({ position: { x: 1, y: 14 } })
  await other.keyboard.press('Home')
  await page.keyboard.press('Enter') // it has the focus, and rests
  await expect(here).toHaveAttribute('contenteditable', 'true')
  await Promise.all([other.keyboard.type('left ', { delay: 15 }), page.keyboard.type(' right', { delay: 15 })])
  await expect(there).toHaveText('left start right')
  await expect(here).toHaveText('left start right')
  await go(page, 'decisions')
})

/** Makes the first call of a method take longer, as on a disk that is busy. */
async function late(page: Page, method: string, ms: number) {
  let first = true
  await page.route('**/bridge/call', async (route) => {
    const now = first && route.request().postData()?.includes(`.${method}"`)
    if (now) {
      first = false
      await new Promise((ok) => setTimeout(ok, ms))
    }
    await route.fallback()
  })
}

test('what is typed for a new record goes into no other that is opened meanwhile', async ({ page }) => {
  const other = await call<string>(page, 'Create', 'decision', 'Charge for groups')
  await late(page, 'Create', 1500)
  await page.keyboard.press('d')
  await page.keyboard.type('Settle small refunds')
  await go(page, `page/${other}`)
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText('Charge for groups')
  await expect(page.getByRole('textbox', { name: 'Title' })).toHaveText('Settle small refunds')
  expect((await call<{ title: string }>(page, 'Page', other)).title).toBe('Charge for groups')
})

test('an update that is begun from the palette on its own screen takes what is typed', async ({ page }) => {
  await go(page, 'weekly')
  await expect(page.getByRole('button', { name: 'Write this week’s update' })).toBeVisible()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('weekly')
  await page.getByRole('option', { name: 'Write this week’s update' }).click()
  await page.keyboard.type('Refunds settle by themselves.')
  await expect(page.getByRole('textbox', { name: 'Outcome, outcomes shipped 1' })).toHaveText('Refunds settle by themselves.')
})

test('Saved here waits for what is typed for a text that is on its way', async ({ page }) => {
  await raise(page, 'Settle small refunds')
  await expect(page.getByText(/^Saved here/)).toBeVisible()
  await late(page, 'AddItem', 1500)
  await page.getByRole('button', { name: 'Two or more, one of them chosen.' }).click()
  await page.keyboard.type('Pay at once')
  await expect(page.getByText('Writing…')).toBeVisible({ timeout: 1000 })
  await expect(page.getByText(/^Saved here/)).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'Option, options considered 1' })).toHaveText('Pay at once')
})

test('of two texts that are slow to come each is given what was typed for it', async ({ page }) => {
  await late(page, 'AddItem', 1500)
  await go(page, 'weekly')
  await page.getByRole('button', { name: 'Write this week’s update' }).click()
  await page.keyboard.type('Refunds settle by themselves.')
  await page.getByRole('button', { name: 'From whom, and by when.' }).click()
  await page.keyboard.type('Charge for groups?')
  await expect(page.getByRole('textbox', { name: 'Outcome, outcomes shipped 1' })).toHaveText('Refunds settle by themselves.')
  const question = page.getByRole('textbox', { name: /decisions needed 1$/ }).first()
  await expect(question).toHaveText('Charge for groups?')
  await expect(question).toBeFocused()
})
