import { expect, test } from 'vitest'
import type { Cause, Device, Team } from '$lib/backend'
import { causesToTell, holding, nameOf, nextOf, numbered, passphraseWants, twoLines, wayFor } from './trust'

const cause = (code: string, of: Partial<Cause> = {}): Cause => ({ code, yours: false, what: '', next: 'Wait.', ...of })
const team = (of: Partial<Team>) => ({ relays: [], requests: [], causes: [], people: [{}, {}], ...of }) as Team
const device = (of: Partial<Device>) => ({ this: false, holds: 0, missing: 0, lacks: 0, heard: '2026-06-11T09:00:00Z', ...of }) as Device

test('what needs the person stands first, and nothing is told twice', () => {
  const t = team({
    relays: [{ relay: 'folder:/full', state: 'failing', pending: 2, lastOk: '', problem: 'Full.', nextStep: '' }],
    requests: [{ device: 'd', name: 'Tom', own: false, invite: 'i' }],
    causes: [cause('relay-misses', { relay: 'folder:/full' }), cause('relay-full', { relay: 'folder:/full', yours: true }), cause('somebody-asks', { yours: true }), cause('ahead', { yours: true })],
  })
  expect(causesToTell(t).map((c) => c.code)).toEqual(['ahead', 'relay-misses'])
})

test('what was set aside is named once, with its numbers', () => {
  const causes = [cause('relay-misses', { relay: 'folder:/a', device: 'd' }), cause('relay-misses', { relay: 'folder:/b', device: 'd' })]
  const setAside = [{ relay: 'folder:/a', device: 'd', label: 'Tom’s device', number: 3, last: 5, problem: 'missing' as const }]
  expect(causesToTell(team({ causes, setAside })).map((c) => c.relay)).toEqual(['folder:/b'])
  expect(nameOf({ label: 'Tom’s device', number: 3, last: 5 })).toBe('Tom’s device, changes 3 to 5')
  expect(nameOf({ label: 'Tom’s device', number: 3, last: 3 })).toBe('Tom’s device, change 3')
  expect(nameOf({ label: 'Tom’s device', number: 11, last: 5000, more: 4990 })).toBe('Tom’s device, 4990 more of changes 11 to 5000')
  expect(nameOf({ label: '', number: 3, last: 3 })).toBe('An unknown device, change 3')
  expect(nameOf({ label: 'Tom’s device', number: 0, last: 0 })).toBe('Something of Tom’s device')
})

test('who works alone is not told to add a relay', () => {
  const causes = [cause('no-relay', { yours: true })]
  expect(causesToTell(team({ causes, people: [{}] as Team['people'] }))).toEqual([])
  expect(causesToTell(team({ causes }))).toHaveLength(1)
})

test('a remedy is offered to whoever may use it', () => {
  expect(wayFor(cause('forked'), false)?.does).toBe('renew')
  expect(wayFor(cause('beyond-its-cut'), false)).toBeUndefined()
  expect(wayFor(cause('beyond-its-cut'), true)?.does).toBe('accept')
  expect(wayFor(cause('waits-for-key'), true)).toBeUndefined()
  expect(nextOf(cause('forked', { next: 'Use `longhand device renew`.' }))).not.toContain('`')
  expect(nextOf(cause('waits-for-key'))).toBe('Wait.')
})

test('a receipt says no more than the device has said', () => {
  expect(holding(device({ holds: 1287 }), 1287)).toEqual({ full: true, words: 'everything' })
  expect(holding(device({ holds: 1240, lacks: 3 }), 1287)).toEqual({ full: false, words: 'lacks 47, 3 of yours' })
  expect(holding(device({ holds: 1284, lacks: 3 }), 1287).words).toBe('lacks 3')
  expect(holding(device({ holds: 1287, lacks: 1 }), 1287)).toEqual({ full: false, words: 'lacks 1' })
  expect(holding(device({ heard: '' }), 0)).toEqual({ full: false, words: 'not heard from' })
  expect(holding(device({ heard: '', this: true }), 0).full).toBe(true)
})

test('words and groups are laid out for reading aloud and for paper', () => {
  expect(twoLines(['a', 'b', 'c', 'd'])).toEqual([['a', 'b'], ['c', 'd']])
  expect(numbered('LK1AB-CDEFG')).toEqual([{ n: 1, group: 'LK1AB' }, { n: 2, group: 'CDEFG' }])
})

test('a passphrase is long, and twice the same', () => {
  expect(passphraseWants('short', 'short')).toContain('12')
  expect(passphraseWants('harbour thimble oat', 'harbour thimble')).toContain('not the same')
  expect(passphraseWants('harbour thimble oat', 'harbour thimble oat')).toBe('')
})
