import { expect, test } from 'vitest'
import type { Cycle, Predictability } from '$lib/backend'
import { cycleChart, cycleNote, levelNote, nice, planChart, reasonsNote, weeksOf } from './charts'

const point = (week: string, days: number, id = 'D-1') => ({ id, title: '', week, level: '', days })
const cycle = (of: Partial<Cycle>): Cycle => ({ n: 0, 'median-days': null, 'p85-days': null, open: 0, excluded: { withdrawn: 0, 'after-the-fact': 0 }, 'by-level': {}, 'median-working-hours': null, points: [], medians: [], ages: [], ...of })
const weeks = weeksOf('2026-W13', '2026-W24')

test('the weeks of a report, over a new year too', () => {
  expect(weeks).toHaveLength(12)
  expect(weeksOf('2026-W52', '2027-W01')).toEqual(['2026-W52', '2026-W53', '2027-W01'])
})

test('a dot stands at its week and its days', () => {
  const c = cycleChart(cycle({ points: [point('2026-W13', 9), point('2026-W24', 2)], medians: [{ from: '2026-W13', to: '2026-W16', n: 8, 'median-days': 7.5 }] }), weeks)
  expect(c.dots[0]).toMatchObject({ x: 46.5, y: 34.5 })
  expect(c.dots[1]!.x).toBeCloseTo(453.5)
  expect(c.medians[0]).toMatchObject({ x1: 31, x2: 173, y: 45.75 })
  expect(c.levels.map((l) => l.label)).toEqual(['0', '5', '10 d'])
})

test('a long decision stretches the scale and stays inside', () => {
  const c = cycleChart(cycle({ points: [point('2026-W13', 73)] }), weeks)
  expect(c.dots[0]!.y).toBeGreaterThanOrEqual(12)
  expect(nice(73)).toBe(100)
})

test('dots that coincide stand side by side', () => {
  const c = cycleChart(cycle({ points: [point('2026-W13', 3), point('2026-W13', 3)] }), weeks)
  expect(c.dots[1]!.x - c.dots[0]!.x).toBe(8)
})

test('every thing promised is one square', () => {
  const p = { series: [{ week: '2026-W23', committed: 7, delivered: 6, open: 0, unplanned: 0, running: false }, { week: '2026-W24', committed: 7, delivered: 5, open: 2, unplanned: 0, running: true }] } as unknown as Predictability
  const c = planChart(p)
  const n = (kind: string) => c.squares.filter((s) => s.kind === kind).length
  expect([n('done'), n('missed'), n('open')]).toEqual([11, 1, 2])
  expect(c.labels.map((l) => l.text)).toEqual(['6/7', '5/7'])
  const crowd = planChart({ series: [{ week: 'w', committed: 80, delivered: 1, open: 0, unplanned: 0, running: false }] } as unknown as Predictability)
  expect(Math.min(...crowd.squares.map((s) => s.y))).toBeLessThan(crowd.height)
})

test('every figure names its count and what it leaves out', () => {
  expect(cycleNote(cycle({ n: 29, open: 5, ages: [point('', 7, 'D-7KQ4'), point('', 2)], excluded: { withdrawn: 1, 'after-the-fact': 3 } }))).toBe(
    '29 recorded, 5 still open. D-7KQ4 has been open for seven days, the longest. Left out: one withdrawn, three written after the fact.',
  )
  expect(levelNote(cycle({ 'by-level': { tactical: { n: 18, 'median-days': 4, 'p85-days': 7 }, strategic: { n: 3, 'median-days': null, 'p85-days': null } } }))).toBe('Tactical 4 days (18), strategic too few (3).')
  expect(reasonsNote({ reasons: { 'was larger': 2, 'waited on a decision': 9 } } as unknown as Predictability)).toBe('Eleven misses: waited on a decision (9), was larger (2).')
  expect(reasonsNote({ reasons: null } as unknown as Predictability)).toBe('')
})
