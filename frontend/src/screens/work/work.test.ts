import { expect, test } from 'vitest'
import type { Objective, Row, Work } from '$lib/backend'
import { expected, measured, spark, summary } from './work'

test('the summary counts what moves, what is late and what has no next action', () => {
  const w = { objectives: [{}, {}, {}], loose: [], moving: 7, lateCount: 1, noNext: 2 } as unknown as Work
  expect(summary(w)).toBe('Three objectives, seven items moving. One is late, two have no next action.')
  expect(summary({ ...w, objectives: null, moving: 0, lateCount: 0, noNext: 0 })).toBe('No objective, no item moving.')
})

test('a measure says what it was, is and should be', () => {
  const o = { unit: 'd', baseline: 6.2, target: 1, readings: [{ at: '', value: 2.4 }, { at: '', value: 1.9 }] } as Objective
  expect(measured(o)).toEqual({ was: '6.2 d', now: '1.9 d', target: '1' })
  expect(measured({ ...o, unit: '%', baseline: null, readings: null })).toEqual({ was: '', now: '', target: '1' })
})

test('a line of readings stays in its box', () => {
  const s = spark([{ at: '', value: 6 }, { at: '', value: 2 }], 1, 120, 20)
  expect(s.points[0]).toEqual([2, 3])
  expect(s.target).toBe(17)
  expect(spark([{ at: '', value: 5 }], null, 120, 20).points).toEqual([[2, 17]])
})

test.each([
  [{ expected: '16 Jun', lateDays: 4 }, true, true, '16 Jun, 4 late', 'red'],
  [{ expected: '16 Jun' }, true, true, '16 Jun', ''],
  [{ expected: '15 Jun' }, true, true, '15 Jun', 'red'],
  [{}, true, true, 'no date', 'red'],
  [{}, true, false, 'not started', 'quiet'],
  [{ delivered: '10 Jun', expected: '9 Jun' }, false, true, '10 Jun', ''],
  [{}, false, true, '', ''],
] as const)('%o is %s', (row, open, begun, words, tone) => {
  expect(expected(row as Partial<Row> as Row, open, begun, '16 Jun', (d) => d)).toEqual({ words, tone })
})
