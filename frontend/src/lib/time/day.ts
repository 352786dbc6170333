// Days and instants as people read them. A day is "2026-06-12", with no zone;
// an instant is RFC 3339. Everything shown is in the zone of this computer
// unless it is said whose it is.

const monthNames = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December']
const dayNames = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** A moment taken apart in some zone. */
export interface Wall {
  year: number
  month: number // 1 to 12
  day: number
  weekday: number // 0 is Sunday
  hour: number
  minute: number
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone)
  if (!f) {
    f = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric',
    })
    formats.set(zone, f)
  }
  return f
}

/** The clock on the wall in a zone at an instant. */
export function wallAt(instant: Date, zone: string): Wall {
  let parts: Intl.DateTimeFormatPart[]
  try {
    parts = formatFor(zone).formatToParts(instant)
  } catch {
    parts = formatFor('UTC').formatToParts(instant) // a zone this engine does not know
  }
  const n = (type: string) => Number(parts.find((p) => p.type === type)?.value ?? 0)
  return withWeekday({ year: n('year'), month: n('month'), day: n('day'), hour: n('hour'), minute: n('minute') })
}

function withWeekday(w: Omit<Wall, 'weekday'>): Wall {
  return { ...w, weekday: new Date(Date.UTC(w.year, w.month - 1, w.day)).getUTCDay() }
}

/** The clock as its writer read it: the offset in the text is theirs. */
export function wallWritten(rfc3339: string): Wall | null {
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?/.exec(rfc3339)
  if (!m) return null
  return withWeekday({ year: +m[1]!, month: +m[2]!, day: +m[3]!, hour: +(m[4] ?? 0), minute: +(m[5] ?? 0) })
}

export const isDay = (s: string) => /^\d{4}-\d\d-\d\d$/.test(s)
const two = (n: number) => String(n).padStart(2, '0')
export const clockOf = (w: Wall) => `${two(w.hour)}:${two(w.minute)}`
export const isoOf = (w: Pick<Wall, 'year' | 'month' | 'day'>) => `${w.year}-${two(w.month)}-${two(w.day)}`

/** Whole days from a to b. */
export function daysBetween(a: Wall, b: Wall): number {
  return Math.round((Date.UTC(b.year, b.month - 1, b.day) - Date.UTC(a.year, a.month - 1, a.day)) / 864e5)
}

export type DayStyle =
  | 'short' // 12 Jun
  | 'weekday' // Fri 12 Jun
  | 'long' // 12 June
  | 'full' // Friday 12 June

/** A wall in words, with the year only when it is not this one. */
export function dayWords(w: Wall, style: DayStyle, thisYear: number): string {
  const month = monthNames[w.month - 1] ?? ''
  const long = style === 'long' || style === 'full'
  const name = dayNames[w.weekday] ?? ''
  const lead = style === 'weekday' ? name.slice(0, 3) + ' ' : style === 'full' ? name + ' ' : ''
  return `${lead}${w.day} ${long ? month : month.slice(0, 3)}${w.year === thisYear ? '' : ` ${w.year}`}`
}

export const monthWords = (w: Wall) => monthNames[w.month - 1] ?? ''
export const weekdayWords = (w: Wall) => dayNames[w.weekday] ?? ''

const shortDays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
const shortMonths = monthNames.map((m) => m.slice(0, 3).toLowerCase())

/**
 * Reads a day as a person types it: 2026-06-16, 16/6, 16 June, 16 jun 2027,
 * today, tomorrow, fri, in 3 days, 2 weeks. A day without a year is the next
 * one; a weekday is the next one after today. Null when it is not understood.
 */
export function readDay(typed: string, today: Wall): string | null {
  const s = typed.trim().toLowerCase().replace(/[,.]/g, ' ').replace(/\s+/g, ' ')
  const plus = (days: number) => new Date(Date.UTC(today.year, today.month - 1, today.day + days)).toISOString().slice(0, 10)
  let m: RegExpExecArray | null
  if ((m = /^(\d{4})[-/ ](\d{1,2})[-/ ](\d{1,2})$/.exec(s))) return real(+m[1]!, +m[2]!, +m[3]!)
  if (s === 'today') return plus(0)
  if (s === 'tomorrow') return plus(1)
  if ((m = /^(?:in )?(\d{1,3}) (day|week)s?$/.exec(s))) return plus(+m[1]! * (m[2] === 'week' ? 7 : 1))
  const named = shortDays.indexOf(s.replace(/^next /, '').slice(0, 3))
  if (named >= 0 && /^(next )?[a-z]+$/.test(s)) return plus((named - today.weekday + 6) % 7 + 1)
  if ((m = /^(?:[a-z]+ )?(\d{1,2})(?:st|nd|rd|th)? ?([a-z]{3,})(?: (\d{4}))?$/.exec(s))) {
    return dated(+m[1]!, shortMonths.indexOf(m[2]!.slice(0, 3)) + 1, m[3], today)
  }
  if ((m = /^(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}))?$/.exec(s))) return dated(+m[1]!, +m[2]!, m[3], today)
  return null
}

function dated(day: number, month: number, year: string | undefined, today: Wall): string | null {
  if (year) return real(+year, month, day)
  const this_ = real(today.year, month, day)
  return this_ !== null && this_ < isoOf(today) ? real(today.year + 1, month, day) : this_
}

function real(year: number, month: number, day: number): string | null {
  const d = new Date(Date.UTC(year, month - 1, day))
  return d.getUTCMonth() === month - 1 && d.getUTCDate() === day ? d.toISOString().slice(0, 10) : null
}

/** The number of an ISO week: "2026-W24" is 24. */
export const weekNumber = (week: string) => Number(/W(\d+)/.exec(week)?.[1] ?? 0)

/** The ISO week so many weeks later, or earlier. */
export function weekPlus(week: string, by: number): string {
  const m = /^(\d{4})-W(\d\d)$/.exec(week)
  if (!m) return week
  const jan4 = new Date(Date.UTC(+m[1]!, 0, 4))
  const monday = Date.UTC(+m[1]!, 0, 4 - ((jan4.getUTCDay() + 6) % 7) + (+m[2]! - 1 + by) * 7)
  return weekOf(new Date(monday))
}

/** The ISO week of a day in UTC. */
export function weekOf(d: Date): string {
  const thursday = new Date(d)
  thursday.setUTCDate(d.getUTCDate() + 3 - ((d.getUTCDay() + 6) % 7))
  const first = Date.UTC(thursday.getUTCFullYear(), 0, 4)
  const monday = first - ((new Date(first).getUTCDay() + 6) % 7) * 864e5
  const n = Math.floor((thursday.getTime() - monday) / (7 * 864e5)) + 1
  return `${thursday.getUTCFullYear()}-W${two(n)}`
}

export type WeekStands = 'over' | 'last' | 'now' | 'ahead'

/** How a week stands on a day: it runs, it has just ended, it is long over, or it has not begun. */
export function weekStands(week: string, today: Pick<Wall, 'year' | 'month' | 'day'>): WeekStands {
  const now = weekOf(new Date(isoOf(today)))
  if (week === now) return 'now'
  if (week > now) return 'ahead'
  return week === weekPlus(now, -1) ? 'last' : 'over'
}

/** The span of a week in words: "8 to 12 June", "29 June to 3 July". */
export function spanWords(from: string, to: string): string {
  const a = wallWritten(from)
  const b = wallWritten(to)
  if (!a || !b) return ''
  const end = `${b.day} ${monthWords(b)}`
  return a.month === b.month ? `${a.day} to ${end}` : `${a.day} ${monthWords(a)} to ${end}`
}
