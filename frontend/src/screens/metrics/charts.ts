// Where everything on a chart goes. The drawing itself is in the components.
import type { Cycle, Middle, Point, Predictability } from '$lib/backend'
import { weekPlus } from '$lib/time/day'
import { capital, count, counted, figure } from '$lib/words/count'

/** The weeks of a report, oldest first. */
export function weeksOf(from: string, to: string): string[] {
  const out = [from]
  while (out.length < 60 && out.at(-1) !== to) out.push(weekPlus(out.at(-1)!, 1))
  return out
}

export interface Dot {
  x: number
  y: number
  point: Point
}
export interface CycleChart {
  dots: Dot[]
  open: Dot[]
  levels: { y: number; label: string }[]
  medians: { x1: number; x2: number; y: number | null; middle: Middle }[]
}

const left = 28
const right = 472
const floor = 102
const ceiling = 12

/** One dot a decision, by the week it was recorded; the open ones stand apart at the right. */
export function cycleChart(c: Cycle, weeks: string[]): CycleChart {
  const points = c.points ?? []
  const longest = Math.max(10, ...points.map((p) => p.days), ...(c.ages ?? []).map((p) => p.days))
  const top = longest <= 12 ? 12 : nice(longest)
  const y = (days: number) => floor - (Math.min(days, top) / top) * (floor - ceiling)
  const width = (right - left) / weeks.length
  const x = (week: string) => left + (Math.max(0, weeks.indexOf(week)) + 0.5) * width
  const step = top <= 12 ? 5 : nice(top) / 2
  const levels = [0, step, step * 2].filter((v) => v <= top).map((v, i, all) => ({ y: y(v), label: i === all.length - 1 ? `${figure(v)} d` : figure(v) }))
  return {
    dots: spread(points.map((point) => ({ x: x(point.week), y: y(point.days), point })), width),
    open: spread((c.ages ?? []).map((point) => ({ x: 492, y: y(point.days), point })), 24),
    levels,
    medians: (c.medians ?? []).map((middle) => ({
      x1: x(middle.from) - width / 2 + 3,
      x2: x(middle.to) + width / 2 - 3,
      y: middle['median-days'] === null || middle['median-days'] === undefined ? null : y(middle['median-days']),
      middle,
    })),
  }
}

/** Dots that would lie on each other stand side by side. */
function spread(dots: Dot[], room: number): Dot[] {
  const seen = new Map<string, Dot[]>()
  for (const d of dots) {
    const key = `${d.x}/${Math.round(d.y / 5)}`
    seen.set(key, [...(seen.get(key) ?? []), d])
  }
  for (const group of seen.values()) {
    const step = Math.min(8, (room - 8) / Math.max(1, group.length - 1))
    group.forEach((d, i) => (d.x += (i - (group.length - 1) / 2) * step))
  }
  return dots
}

/** The next round number at or above. */
export function nice(n: number): number {
  const power = 10 ** Math.floor(Math.log10(n))
  return [1, 2, 5, 10].map((m) => m * power).find((v) => v >= n) ?? n
}

export interface Square {
  x: number
  y: number
  kind: 'done' | 'missed' | 'open'
}
export interface PlanChart {
  squares: Square[]
  labels: { x: number; text: string }[]
  cell: number
  height: number
}

/** One square a thing promised, stacked by week. */
export function planChart(p: Predictability, most = 208): PlanChart {
  const series = p.series ?? []
  const highest = Math.max(1, ...series.map((w) => w.committed))
  const cell = Math.max(1.5, Math.min(9, (most - 24) / highest))
  const height = Math.max(60, Math.min(most, highest * cell + 24))
  const width = (right - left) / Math.max(1, series.length)
  const squares: Square[] = []
  const labels = series.map((w, i) => {
    const x = left + (i + 0.5) * width
    for (let n = 0; n < w.committed; n++) {
      const kind = n < w.delivered ? 'done' : n < w.delivered + w.open ? 'open' : 'missed'
      squares.push({ x: x - 3.5, y: height - 14 - (n + 1) * cell, kind })
    }
    return { x, text: w.committed ? `${w.delivered}/${w.committed}` : '–' }
  })
  return { squares, labels, cell, height }
}

/** "29 recorded, five still open. Left out: one withdrawn, three written after the fact." */
export function cycleNote(c: Cycle): string {
  const out = [
    c.excluded.withdrawn ? `${count(c.excluded.withdrawn)} withdrawn` : '',
    c.excluded['after-the-fact'] ? `${count(c.excluded['after-the-fact'])} written after the fact` : '',
  ].filter(Boolean)
  const oldest = (c.ages ?? []).reduce<Point | null>((a, p) => (!a || p.days > a.days ? p : a), null)
  const age = oldest && oldest.days >= 1 ? ` ${oldest.id} has been open for ${counted(Math.round(oldest.days), 'day')}, the longest.` : ''
  return `${c.n} recorded, ${c.open} still open.${age}${out.length ? ` Left out: ${out.join(', ')}.` : ''}`
}

/** Medians by level, only where there are enough. */
export function levelNote(c: Cycle): string {
  const said = Object.entries(c['by-level'] ?? {})
    .filter(([, l]) => l.n > 0)
    .map(([name, l]) => `${name} ${l['median-days'] === null || l['median-days'] === undefined ? `too few (${l.n})` : `${figure(l['median-days'])} days (${l.n})`}`)
  return said.length ? `${capital(said.join(', '))}.` : ''
}

/** What did not happen, and why, the commonest reason first. */
export function reasonsNote(p: Predictability): string {
  const reasons = Object.entries(p.reasons ?? {}).sort((a, b) => b[1] - a[1])
  const missed = reasons.reduce((n, [, k]) => n + k, 0)
  if (!missed) return ''
  const named = reasons.slice(0, 3).map(([why, n]) => `${why} (${n})`)
  return `${capital(counted(missed, 'miss', 'misses'))}: ${named.join(', ')}${reasons.length > 3 ? ' and others' : ''}.`
}
