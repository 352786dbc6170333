import type { Present, Span, Team } from '$lib/backend'
import { capital, count, listed } from '$lib/words/count'

/** The part of the day that is drawn, in whole hours, so that everyone’s hours are in it. */
export function drawnDay(people: Pick<Present, 'day'>[], now: number): Span {
  const from = Math.min(6, Math.floor(now), ...people.map((p) => (p.day ? Math.floor(p.day.from) : 24)))
  const to = Math.max(22, Math.ceil(now), ...people.map((p) => (p.day ? Math.ceil(p.day.to) : 0)))
  return { from: Math.max(-12, from), to: Math.min(36, to) }
}

/** Where an hour lies in the drawing, in parts of a hundred. */
export const place = (hour: number, day: Span) => ((hour - day.from) / (day.to - day.from)) * 100

/** 13.5 is "13:30". */
export function clock(hour: number): string {
  const h = ((Math.floor(hour) % 24) + 24) % 24
  return `${String(h).padStart(2, '0')}:${String(Math.round((hour - Math.floor(hour)) * 60)).padStart(2, '0')}`
}

/** "+4½ h", "same time", "−5 h". */
export function ahead(offset: number): string {
  if (offset === 0) return 'same time'
  const whole = Math.trunc(Math.abs(offset))
  const part = { 0.25: '¼', 0.5: '½', 0.75: '¾' }[Math.abs(offset) - whole] ?? ''
  return `${offset < 0 ? '−' : '+'}${whole || !part ? whole : ''}${part} h`
}

/** "All six overlap 13:00 to 15:00 in Lisbon" */
export function overlapWords(team: Team, city: string): string {
  const here = (team.people ?? []).filter((p) => p.day)
  if (here.length < 2) return ''
  if (!team.overlap) return `No hour is shared by all ${count(here.length)} today`
  const who = here.length === 2 ? 'Both' : `All ${count(here.length)}`
  return `${who} overlap ${clock(team.overlap.from)} to ${clock(team.overlap.to)} in ${city}`
}

/** The whole strip as one sentence, for whoever does not see it. */
export function spoken(team: Team, city: string): string {
  const each = (team.people ?? []).map((p) => `${p.name} ${p.day ? `${clock(p.day.from)} to ${clock(p.day.to)}` : p.away || 'away'}`)
  const overlap = overlapWords(team, city)
  return `Working hours on your clock: ${listed(each)}.${overlap && ` ${overlap}.`}`
}

/** "Seven hold every change up to 1,287" */
export function holdWords(team: Team): string {
  const devices = team.devices ?? []
  const full = devices.filter((d) => d.holds >= team.entries).length
  if (!devices.length) return ''
  const all = `every change up to ${team.entries.toLocaleString('en-GB')}`
  if (full === devices.length) return full === 1 ? `Holds ${all}` : `All hold ${all}`
  return full === 0 ? 'None holds every change yet' : `${capital(count(full))} ${full === 1 ? 'holds' : 'hold'} ${all}`
}

/** "Folder, ~/Relay/saltmarsh", "Server, relay.example" */
export function relayWords(relay: string): string {
  return relay.startsWith('folder:') ? `Folder, ${relay.slice(7)}` : `Server, ${relay.replace(/^https?:\/\//, '').replace(/\/$/, '')}`
}

/** What has gone out and what has not: to anybody, or at least by this relay. */
export function unsentWords(waiting: number, pending: number): string {
  const are = (n: number) => (n === 1 ? 'has' : 'have')
  if (waiting) return `${capital(count(waiting))} of yours ${are(waiting)} not reached anyone yet.`
  return pending ? `Everything of yours is elsewhere too; ${count(pending)} ${are(pending)} still to be written here.` : 'Everything of yours has been sent.'
}
