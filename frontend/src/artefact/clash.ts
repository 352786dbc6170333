import type { Claim, Field, Value } from '$lib/backend'
import { clockOf, daysBetween, dayWords, weekdayWords, wallWritten, type Wall } from '$lib/time/day'
import { capital, count, figure, listed } from '$lib/words/count'

type Names = { name(id: string): string; first(id: string): string; day(when: string, style: 'long' | 'full'): string; here: Wall }

const plurals: Partial<Record<Field['type'], string>> = { date: 'dates', person: 'people', number: 'numbers', zone: 'zones' }

/** "Decide by: two dates" */
export function headingOf(field: Field | undefined, path: string, claims: Claim[]): string {
  return `${field?.label ?? path}: ${count(claims.length)} ${plurals[field?.type ?? 'tag'] ?? 'values'}`
}

/** "Tom and Wanjiru each changed this while apart. Longhand kept both." */
export function sentenceOf(claims: Claim[], names: Names): string {
  const all = [...new Set(claims.map((c) => c.author))].map((a) => names.first(a))
  // Whoever reads comes first, as one says it.
  const people = [...all.filter((p) => p === 'You'), ...all.filter((p) => p !== 'You')]
  const kept = claims.length === 2 ? 'both' : `all ${count(claims.length)}`
  const who = people.length > 1 ? `${listed(people)} each changed this while apart.` : `${people[0] ?? 'Someone'} changed this on two devices while they were apart.`
  return `${who} Longhand kept ${kept}.`
}

/** A value in words: in full in the list, short on the button. */
export function valueWords(value: Value, field: Field | undefined, names: Names, style: 'full' | 'long'): string {
  if (value === null || value === '') return 'nothing'
  switch (field?.type) {
    case 'date':
      return names.day(String(value), style)
    case 'person':
      return style === 'full' ? names.name(String(value)) : names.first(String(value))
    case 'bool':
      return value === true ? field.label.toLocaleLowerCase() : `not ${field.label.toLocaleLowerCase()}`
    case 'number':
      return figure(Number(value))
    case 'choice':
      return capital(String(value))
  }
  return Array.isArray(value) ? listed(value) : String(value)
}

/** "Wanjiru, Wed 16:40 in Nairobi": the writer’s own clock. */
export function sourceOf(claim: Claim, names: Names): string {
  const w = wallWritten(claim.at)
  const near = w && Math.abs(daysBetween(w, names.here)) < 7
  const when = w ? `, ${near ? weekdayWords(w).slice(0, 3) : dayWords(w, 'short', names.here.year)} ${clockOf(w)}` : ''
  return `${names.first(claim.author)}${when}${claim.city ? ` in ${claim.city}` : ''}`
}
