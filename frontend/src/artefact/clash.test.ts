import { expect, test } from 'vitest'
import type { Claim, Field } from '$lib/backend'
import { dayWords, wallWritten } from '$lib/time/day'
import { headingOf, sentenceOf, sourceOf, valueWords } from './clash'

const people: Record<string, string> = { ta: 'Tom Ashworth', wk: 'Wanjiru Kamau' }
const names = {
  name: (id: string) => people[id] ?? '',
  first: (id: string) => (people[id] ?? '').split(' ')[0]!,
  day: (d: string, style: 'long' | 'full') => dayWords(wallWritten(d)!, style, 2026),
  here: wallWritten('2026-06-11')!,
}
const date: Field = { key: 'decide-by', label: 'Decide by', type: 'date' }
const claims: Claim[] = [
  { value: '2026-06-12', author: 'wk', device: '', at: '2026-06-10T16:40:00+03:00', city: 'Nairobi', key: 'a' },
  { value: '2026-06-16', author: 'ta', device: '', at: '2026-06-10T15:02:00+01:00', city: 'Leeds', key: 'b' },
]

test('two dates are told apart by who, when and where', () => {
  expect(headingOf(date, 'decide-by', claims)).toBe('Decide by: two dates')
  expect(sentenceOf(claims, names)).toBe('Wanjiru and Tom each changed this while apart. Longhand kept both.')
  expect(valueWords(claims[1]!.value, date, names, 'full')).toBe('Tuesday 16 June')
  expect(valueWords(claims[1]!.value, date, names, 'long')).toBe('16 June')
  expect(sourceOf(claims[0]!, names)).toBe('Wanjiru, Wed 16:40 in Nairobi')
  expect(sourceOf({ ...claims[0]!, at: '2026-05-10T16:40:00+03:00', city: '' }, names)).toBe('Wanjiru, 10 May 16:40')
})

test('whoever reads is named first', () => {
  const mine = { ...names, first: (id: string) => (id === 'ta' ? 'You' : names.first(id)) }
  expect(sentenceOf(claims, mine)).toBe('You and Wanjiru each changed this while apart. Longhand kept both.')
})

test('one person on two devices, three values, and nothing', () => {
  expect(sentenceOf([claims[0]!, { ...claims[0]! }, { ...claims[0]! }], names)).toBe('Wanjiru changed this on two devices while they were apart. Longhand kept all three.')
  expect(valueWords(null, date, names, 'full')).toBe('nothing')
  expect(valueWords('ta', { ...date, type: 'person' }, names, 'full')).toBe('Tom Ashworth')
  expect(headingOf({ ...date, label: 'Level', type: 'choice' }, 'level', claims)).toBe('Level: two values')
})
