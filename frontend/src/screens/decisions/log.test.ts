import { expect, test } from 'vitest'
import type { Kind, List, Row } from '$lib/backend'
import { wallWritten } from '$lib/time/day'
import { groupsOf, scaleOf, summary, whenOf } from './log.svelte'

const here = wallWritten('2026-06-11')!
const kind = { states: [{ id: 'raised', open: true }, { id: 'decided' }, { id: 'superseded' }] } as unknown as Kind
const row = (of: Partial<Row>) => ({ state: 'decided', derived: null, contested: 0, updated: '2026-06-01', ...of }) as Row

test('rows are grouped as they will be looked for', () => {
  const groups = groupsOf(
    [
      row({ id: 'a', state: 'raised', when: '2026-06-12' }),
      row({ id: 'b', derived: ['review-due'], when: '2026-06-09' }),
      row({ id: 'c', when: '2026-06-10T09:00:00Z' }),
      row({ id: 'd', state: 'superseded', when: '2026-05-28', endedBy: 'D-035' }),
      row({ id: 'e', when: '2026-06-02' }),
      row({ id: 'f', when: '2025-12-02' }),
    ],
    kind, wallWritten, 2026,
  )
  expect(groups.map((g) => [g.label, g.sub, g.rows.map((r) => r.id).join('')])).toEqual([
    ['Open', 'By deadline', 'a'],
    ['Review due', 'Trigger met', 'b'],
    ['Decided', 'June', 'ce'],
    ['Decided', 'May', 'd'],
    ['Decided', 'December 2025', 'f'],
  ])
})

test.each([
  [{ whenIs: 'decide-by', when: '2026-06-11' }, 'Today', 'now'],
  [{ whenIs: 'decide-by', when: '2026-06-12' }, 'Fri 12 Jun', ''],
  [{ whenIs: 'review', when: '2026-06-09', lateDays: 2 }, '2 days late', 'red'],
  [{ whenIs: 'review', when: '2026-06-10', lateDays: 1 }, '1 day late', 'red'],
  [{ whenIs: 'contested', contested: 1 }, 'To settle', 'red'],
  [{ whenIs: 'decided', when: '2026-05-28' }, '28 May', ''],
  [{ whenIs: 'ended', when: '2026-05-28', endedBy: 'D-035' }, 'by D-035', ''],
  [{}, '', ''],
] as const)('the last column says %o', (of, words, tone) => {
  expect(whenOf(row(of as Partial<Row>), wallWritten, here)).toEqual({ words, tone })
})

test('the longest bar fits', () => {
  expect(scaleOf([3, 9])).toBe(9)
  expect(scaleOf([3, 54]) * 54).toBeCloseTo(92)
  expect(scaleOf([])).toBe(9)
})

test('the summary counts before it judges', () => {
  const list = { rows: [], total: 46, counts: { all: 46 }, median: 5, medianN: 18 } as unknown as List
  expect(summary(list, '12 January')).toBe('46 records since 12 January. Half of those recorded in the last 12 weeks took five days or less.')
  expect(summary({ ...list, median: 5.12 }, '')).toContain('took 5.1 days or less')
  expect(summary({ ...list, median: 0.2 }, '')).toContain('took less than a day')
  expect(summary({ ...list, median: null }, '')).toBe('46 records.')
})
