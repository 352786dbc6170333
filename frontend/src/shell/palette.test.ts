import { expect, test, vi } from 'vitest'

vi.stubGlobal('location', { hash: '' })
vi.stubGlobal('window', { addEventListener: () => {} })
const { cut, matches } = await import('./palette.svelte')

test('a title is cut where it matches', () => {
  expect(cut('Settle small refunds', [[13, 19]])).toEqual([{ text: 'Settle small ', hit: false }, { text: 'refund', hit: true }, { text: 's', hit: false }])
  expect(cut('Refund', [[0, 6]])).toEqual([{ text: 'Refund', hit: true }])
  expect(cut('Refund', null)).toEqual([{ text: 'Refund', hit: false }])
  expect(cut('short', [[2, 99]])).toEqual([{ text: 'short', hit: false }])
  expect(cut('a b a', [[4, 5], [0, 1]]).filter((p) => p.hit)).toHaveLength(2)
})

test('words match in any order', () => {
  expect(matches('Go to Weekly reviews', 'review go')).toBe(true)
  expect(matches('Dark theme', '')).toBe(true)
  expect(matches('Dark theme', 'light')).toBe(false)
})
