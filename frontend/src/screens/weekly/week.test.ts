import { expect, test } from 'vitest'
import { Minutes, pooled } from './week.svelte'

test('weeks are pooled, never averaged, and those not told are left out', () => {
  const weeks = [{ committed: 4, delivered: 2, open: 0 }, { committed: 3, delivered: 3, open: 0 }, { committed: 0, delivered: 0, open: 0 }, { committed: 4, delivered: 1, open: 2 }]
  expect(pooled(weeks)).toEqual({ delivered: 5, committed: 7, weeks: 2 })
})

test('a pause is not writing', () => {
  const m = new Minutes()
  for (let s = 0; s <= 180; s += 30) m.touch(1 + s * 1000)
  expect(m.minutes).toBe(3)
  m.touch(1 + 900_000)
  expect(m.minutes).toBe(3)
})
