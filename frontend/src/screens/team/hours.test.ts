import { expect, test } from 'vitest'
import type { Team } from '$lib/backend'
import { ahead, clock, drawnDay, holdWords, overlapWords, place, relayWords, spoken, unsentWords } from './hours'

const team = (of: Partial<Team>) => ({ people: [], devices: [], entries: 0, overlap: null, ...of }) as Team
const day = (from: number, to: number) => ({ name: 'X', day: { from, to }, away: '' })

test('the day that is drawn holds everyone', () => {
  expect(drawnDay([day(9, 17)], 9.2)).toEqual({ from: 6, to: 22 })
  expect(drawnDay([day(-3, 5), { day: null }], 9.2)).toEqual({ from: -3, to: 22 })
  expect(place(13, { from: 6, to: 22 })).toBe(43.75)
})

test('hours and offsets in words', () => {
  expect(clock(13.5)).toBe('13:30')
  expect(clock(-1)).toBe('23:00')
  expect(ahead(4.5)).toBe('+4½ h')
  expect(ahead(5.75)).toBe('+5¾ h')
  expect(ahead(-5)).toBe('−5 h')
  expect(ahead(0.5)).toBe('+½ h')
  expect(ahead(0)).toBe('same time')
})

test('overlap is said as it is', () => {
  const two = [day(9, 17), day(13, 21)] as unknown as Team['people']
  expect(overlapWords(team({ people: two, overlap: { from: 13, to: 17 } }), 'Lisbon')).toBe('Both overlap 13:00 to 17:00 in Lisbon')
  expect(overlapWords(team({ people: two }), 'Lisbon')).toBe('No hour is shared by all two today')
  expect(spoken(team({ people: two }), 'Lisbon')).toContain('X 09:00 to 17:00 and X 13:00 to 21:00')
})

test('a team of one is spoken of in whole sentences', () => {
  expect(spoken(team({ people: [{ name: 'X', day: null, away: 'not working today' }] as never }), 'Lisbon')).toBe('Working hours on your clock: X not working today.')
})

test('devices are counted by what they hold', () => {
  const d = (holds: number) => ({ holds }) as never
  expect(holdWords(team({ entries: 1287, devices: [d(1287), d(1240)] }))).toBe('One holds every change up to 1,287')
  expect(holdWords(team({ entries: 5, devices: [d(5), d(6)] }))).toBe('All hold every change up to 5')
  expect(holdWords(team({ entries: 5, devices: [d(1)] }))).toBe('None holds every change yet')
})

test('relays by their kind', () => {
  expect(relayWords('folder:~/Relay/saltmarsh')).toBe('Folder, ~/Relay/saltmarsh')
  expect(relayWords('https://relay.example/')).toBe('Server, relay.example')
})

test.each([
  [1, 11, 'One of yours has not reached anyone yet.'],
  [5, 5, 'Five of yours have not reached anyone yet.'],
  [0, 3, 'Everything of yours is elsewhere too; three have still to be written here.'],
  [0, 0, 'Everything of yours has been sent.'],
])('%i waiting and %i pending: %s', (waiting, pending, words) => {
  expect(unsentWords(waiting, pending)).toBe(words)
})
