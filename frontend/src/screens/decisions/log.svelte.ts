import { backend, toProblem, type Kind, type List, type Problem, type Row } from '$lib/backend'
import { dayWords, daysBetween, monthWords, type Wall } from '$lib/time/day'
import { counted, figure } from '$lib/words/count'

export interface Group {
  key: string
  label: string
  /** What the group is ordered by, or its month. */
  sub: string
  rows: Row[]
}

/** Open ones first, then those to look at again, then by the month that ended them. */
export function groupsOf(rows: Row[], kind: Kind | undefined, wall: (when: string) => Wall | null, thisYear: number): Group[] {
  const open = new Set(kind?.states.filter((s) => s.open).map((s) => s.id))
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const g = where(row, open, wall, thisYear)
    const known = groups.get(g.key)
    if (known) known.rows.push(row)
    else groups.set(g.key, { ...g, rows: [row] })
  }
  return [...groups.values()]
}

function where(row: Row, open: Set<string>, wall: (when: string) => Wall | null, thisYear: number): Omit<Group, 'rows'> {
  if (open.has(row.state)) return { key: 'open', label: 'Open', sub: 'By deadline' }
  if (row.derived?.includes('review-due')) return { key: 'review', label: 'Review due', sub: 'Trigger met' }
  const w = wall(row.when || row.updated)
  if (!w) return { key: 'done', label: 'Decided', sub: '' }
  const month = monthWords(w) + (w.year === thisYear ? '' : ` ${w.year}`)
  return { key: `${w.year}-${w.month}`, label: 'Decided', sub: month }
}

export interface When {
  words: string
  tone: '' | 'now' | 'red'
}

/** The date that matters about a row, as its last column says it. */
export function whenOf(row: Row, wall: (when: string) => Wall | null, here: Wall): When {
  if (row.whenIs === 'contested') return { words: 'To settle', tone: 'red' }
  if (row.endedBy) return { words: `by ${row.endedBy}`, tone: '' }
  if (row.lateDays && row.lateDays > 0) return { words: `${row.lateDays} ${row.lateDays === 1 ? 'day' : 'days'} late`, tone: 'red' }
  const w = wall(row.when ?? '')
  if (!w) return { words: '', tone: '' }
  const due = row.whenIs === 'decide-by' || row.whenIs === 'review'
  const ahead = daysBetween(here, w)
  if (due && ahead === 0) return { words: 'Today', tone: 'now' }
  return { words: dayWords(w, due && ahead < 60 ? 'weekday' : 'short', here.year), tone: '' }
}

/** Pixels for a day in the column of bars, so that the longest still fits. */
export function scaleOf(days: number[]): number {
  const longest = Math.max(...days, 1)
  return longest <= 10 ? 9 : 92 / Math.min(longest, 60)
}

export type Filters = { tab: string; level: string; owner: string; text: string }
const page = 200

/** The decisions that are asked for, read in pages as one reaches their end. */
export class Log {
  filters = $state<Filters>({ tab: 'all', level: '', owner: '', text: '' })
  #rows = $state.raw<Row[]>([])
  #list = $state.raw<List>()
  #problem = $state.raw<Problem>()
  #asked = 0

  get rows() {
    return this.#rows
  }
  get list() {
    return this.#list
  }
  get problem() {
    return this.#problem
  }
  get more() {
    return this.#rows.length < (this.#list?.total ?? 0)
  }

  /** Reads again, as much as was shown. */
  async read(): Promise<void> {
    await this.#ask(0, Math.max(page, this.#rows.length))
  }
  async next(): Promise<void> {
    if (this.more) await this.#ask(this.#rows.length, page)
  }
  async filter(change: Partial<Filters>): Promise<void> {
    Object.assign(this.filters, change)
    await this.#ask(0, page)
  }

  async #ask(offset: number, limit: number) {
    const asked = ++this.#asked
    try {
      const list = await backend.list({ kind: 'decision', ...$state.snapshot(this.filters), offset, limit })
      if (asked !== this.#asked) return // a newer question was asked meanwhile
      this.#list = list
      this.#rows = offset ? [...this.#rows, ...(list.rows ?? [])] : (list.rows ?? [])
      this.#problem = undefined
    } catch (e) {
      if (asked === this.#asked) this.#problem = toProblem(e)
    }
  }
}

/** The sentence beside the title. */
export function summary(list: List, since: string): string {
  const n = list.counts?.['all'] ?? list.total
  const first = `${n.toLocaleString('en-GB')} ${n === 1 ? 'record' : 'records'}${since ? ` since ${since}` : ''}.`
  if (list.median === null || list.median === undefined) return first
  // As the column says it: the two stand side by side.
  const days = Math.round(list.median * 10) / 10
  return `${first} Half of those recorded in the last 12 weeks took ${days < 1 ? 'less than a day' : `${Number.isInteger(days) ? counted(days, 'day') : `${figure(days)} days`} or less`}.`
}

