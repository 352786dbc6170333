import type { Aside, Cause, Device, Team } from '$lib/backend'

/** What can be done about a cause where it is shown. */
export type Remedy = 'renew' | 'relay' | 'accept' | 'remove' | 'sync' | 'settle'

interface Way {
  does: Remedy
  label: string
  /** Says it in the window’s words, where the sentence names a command. */
  next?: string
  admin?: boolean
}

const anew = 'This happens after a restored backup or a copied data folder. Let this device go on as a new one: what it wrote goes along.'
const ways: Record<string, Way> = {
  ahead: { does: 'renew', label: 'Go on as a new device', next: anew },
  forked: { does: 'renew', label: 'Go on as a new device', next: anew },
  'no-relay': { does: 'relay', label: 'Add a relay', next: 'Add one when someone joins, or for a second device.' },
  'beyond-its-cut': { does: 'accept', label: 'Accept them', admin: true },
  'device-silent': { does: 'remove', label: 'Let the device go', admin: true },
  contested: { does: 'settle', label: 'Show decisions' },
  'not-joined': { does: 'sync', label: 'Look again now' },
}

/** The way to mend a cause that is at hand, if there is one for this person. */
export function wayFor(cause: Pick<Cause, 'code'>, admin: boolean): Way | undefined {
  const way = ways[cause.code]
  return way && (!way.admin || admin) ? way : undefined
}

export const nextOf = (c: Cause) => ways[c.code]?.next ?? c.next

/** "Tom’s device, change 3", "Tom’s device, changes 3 to 5", or less where less is known. */
export function nameOf(a: Pick<Aside, 'label' | 'number' | 'last' | 'more'>): string {
  if (a.more) return `${a.label || 'An unknown device'}, ${a.more} more of changes ${a.number} to ${a.last}`
  if (!a.number) return `Something of ${a.label || 'an unknown device'}`
  return `${a.label || 'An unknown device'}, ${a.last > a.number ? `changes ${a.number} to ${a.last}` : `change ${a.number}`}`
}

/** What is named one by one where it was set aside. */
const named = ['relay-misses', 'relay-tampers', 'refused']
const ofRelays = ['relay-unreachable', 'relay-full', 'relay-not-allowed', 'relay-not-relay']

/** The causes that nothing else on the screen tells already, those first that need the person here. */
export function causesToTell(team: Team): Cause[] {
  const failing = new Set((team.relays ?? []).filter((r) => r.problem).map((r) => r.relay))
  const asked = Boolean(team.requests?.length)
  const told = (c: Cause) =>
    (c.code === 'somebody-asks' && asked) ||
    (named.includes(c.code) && team.setAside?.some((a) => a.relay === (c.relay ?? '') && a.device === (c.device ?? a.device))) ||
    (c.code === 'no-relay' && (team.people?.length ?? 0) < 2) ||
    (ofRelays.includes(c.code) && failing.has(c.relay ?? ''))
  return (team.causes ?? []).filter((c) => !told(c)).toSorted((a, b) => Number(b.yours) - Number(a.yours))
}

/** What a device has said to hold: "everything", "lacks 47", "lacks 47, 3 of yours". */
export function holding(d: Device, entries: number): { full: boolean; words: string } {
  if (!d.this && !d.heard) return { full: false, words: 'not heard from' }
  const lacks = Math.max(entries - d.holds, d.lacks)
  if (lacks <= 0) return { full: true, words: 'everything' }
  const yours = d.lacks && d.lacks < lacks ? `, ${d.lacks} of yours` : ''
  return { full: false, words: `lacks ${lacks.toLocaleString('en-GB')}${yours}` }
}

/** Twelve words as two lines, for two voices. */
export function twoLines(words: string[]): [string[], string[]] {
  const half = Math.ceil(words.length / 2)
  return [words.slice(0, half), words.slice(half)]
}

/** A code in rows of so many groups, each with its number, counted as on paper. */
export function numbered(code: string): { n: number; group: string }[] {
  return code.split('-').map((group, i) => ({ n: i + 1, group }))
}

/** What two passphrases of a backup still need, or "". */
export function passphraseWants(one: string, again: string): string {
  if (one.length < 12) return 'Write at least 12 characters; four plain words are good.'
  return one === again ? '' : 'The two are not the same.'
}

/** Somebody, or one device, who is to be let go. */
export interface Leaving {
  id: string
  name: string
  device: boolean
}

/** Whom an invite is being made for, if one is. */
export type Inviting = '' | 'person' | 'device'
