import type { Objective, Reading, Row, Work } from '$lib/backend'
import { capital, count, counted, figure } from '$lib/words/count'

/** "Three objectives, seven items moving. One is late, one has no next action." */
export function summary(w: Work): string {
  const n = w.objectives?.length ?? 0
  const first = `${n ? capital(counted(n, 'objective')) : 'No objective'}, ${w.moving ? counted(w.moving, 'item') : 'no item'} moving.`
  const late = w.lateCount ? `${w.lateCount === 1 ? 'one is' : `${count(w.lateCount)} are`} late` : ''
  const next = w.noNext ? `${w.noNext === 1 ? 'one has' : `${count(w.noNext)} have`} no next action` : ''
  const second = [late, next].filter(Boolean).join(', ')
  return second ? `${first} ${capital(second)}.` : first
}

/** What the measure was, is and should be: "6.2 d, now 1.9 d, target 1". */
export function measured(o: Objective): { was: string; now: string; target: string } {
  const unit = o.unit ? (o.unit === '%' ? '%' : ` ${o.unit}`) : ''
  const last = o.readings?.at(-1)
  return {
    was: o.baseline === null || o.baseline === undefined ? '' : figure(o.baseline) + unit,
    now: last ? figure(last.value) + unit : '',
    target: o.target === null || o.target === undefined ? '' : figure(o.target),
  }
}

/** The line of a measure, in a box: points, the level of the target, and the last point. */
export function spark(readings: Reading[], target: number | null, width: number, height: number) {
  const values = readings.map((r) => r.value)
  const all = target === null ? values : [...values, target]
  const low = Math.min(...all)
  const span = Math.max(...all) - low || 1
  const y = (v: number) => height - 3 - ((v - low) / span) * (height - 6)
  const points = values.map((v, i) => [2 + (i / Math.max(1, values.length - 1)) * (width - 6), y(v)] as const)
  return { points, target: target === null ? null : y(target), last: points.at(-1) }
}

export interface Said {
  words: string
  tone: '' | 'red' | 'quiet'
}

/** The last column of an item: when it is expected, how late that is, or that nothing is said. */
export function expected(row: Row, open: boolean, begun: boolean, today: string, day: (when: string) => string): Said {
  if (row.delivered) return { words: day(row.delivered), tone: '' }
  if (!open) return { words: '', tone: '' }
  if (!begun) return { words: 'not started', tone: 'quiet' }
  if (!row.expected) return { words: 'no date', tone: 'red' }
  if (row.lateDays && row.lateDays > 0) return { words: `${day(row.expected)}, ${row.lateDays} late`, tone: 'red' }
  return { words: day(row.expected), tone: row.derived?.includes('late') || row.expected < today ? 'red' : '' }
}
