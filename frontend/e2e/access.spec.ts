// WCAG 2.2 AA on every screen, in both themes, wide and narrow; and nothing
// scrolls sideways, also at 200 %.
import AxeBuilder from '@axe-core/playwright'
import type { Page } from '@playwright/test'
import { expect, go, test } from './app'

const places = ['decisions', 'list/brief', 'list/insight', 'list/review', 'weekly', 'review', 'work', 'metrics', 'one/agreement', 'found/title', 'example/decision', 'example/brief', 'example/agreement', 'team', 'team/kit', 'team/backup', 'team/doctor']
const kinds = ['decision', 'brief', 'objective', 'item', 'insight', 'agreement'] as const

async function violations(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze()
  return violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')}`))
}
const sideways = (page: Page) =>
  page.evaluate(() => {
    const s = document.querySelector('[data-scroller]') ?? document.documentElement
    return Math.max(s.scrollWidth - s.clientWidth, document.documentElement.scrollWidth - innerWidth)
  })

for (const theme of ['light', 'dark'] as const) {
  test(`every screen, ${theme}`, async ({ page }) => {
    test.setTimeout(240_000)
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' })
    await expect(page.locator('html')).toHaveAttribute('data-theme', theme)
    const ids: string[] = []
    for (const kind of kinds) {
      ids.push(await page.evaluate((k) => (window as never as { go: { app: { App: { Create(k: string, t: string): Promise<string> } } } }).go.app.App.Create(k, 'A title'), kind))
    }
    for (const place of [...places, ...ids.map((id) => `page/${id}`)]) {
      await go(page, place)
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
      expect.soft(await violations(page), `${place}, wide`).toEqual([])
      await page.setViewportSize({ width: 680, height: 430 }) // the window at 200 %
      expect.soft(await sideways(page), `${place} scrolls sideways at 200 %`).toBeLessThanOrEqual(0)
      await page.setViewportSize({ width: 960, height: 640 })
      expect.soft(await sideways(page), `${place} scrolls sideways`).toBeLessThanOrEqual(0)
      await page.setViewportSize({ width: 1360, height: 860 })
    }
    await page.keyboard.press('Control+k')
    await page.keyboard.type('title')
    await expect(page.getByRole('option').first()).toBeVisible()
    expect.soft(await violations(page), 'the palette').toEqual([])
    await page.keyboard.press('Escape')
    await page.keyboard.press('?')
    expect.soft(await violations(page), 'the shortcuts').toEqual([])
  })
}

test('the first window', async ({ person }) => {
  const page = await person().open()
  for (const how of ['Start a team', 'Join with an invite', 'Bring back', 'Look around a sample team']) {
    await page.getByText(how, { exact: true }).click()
    expect(await violations(page), how).toEqual([])
  }
  await page.setViewportSize({ width: 680, height: 430 })
  expect(await sideways(page)).toBeLessThanOrEqual(0)
})
