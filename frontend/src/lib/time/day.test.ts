import { describe, expect, test } from 'vitest'
import { dayWords, readDay, spanWords, wallAt, wallWritten, weekNumber, weekOf, weekPlus, weekStands } from './day'

const thursday = wallWritten('2026-06-11T09:12:00+01:00')!

describe('a day as a person types it', () => {
  test.each([
    ['2026-06-16', '2026-06-16'],
    ['16 June', '2026-06-16'],
    ['16 jun', '2026-06-16'],
    ['Tuesday 16 June', '2026-06-16'],
    ['16th June 2027', '2027-06-16'],
    ['16/6', '2026-06-16'],
    ['3/1', '2027-01-03'],
    ['today', '2026-06-11'],
    ['tomorrow', '2026-06-12'],
    ['fri', '2026-06-12'],
    ['Thursday', '2026-06-18'],
    ['next monday', '2026-06-15'],
    ['in 3 days', '2026-06-14'],
    ['2 weeks', '2026-06-25'],
    ['31 June', null],
    ['soon', null],
    ['2026-13-01', null],
    ['', null],
  ])('%s is %s', (typed, day) => expect(readDay(typed, thursday)).toBe(day))
})

test('an instant is read on the wall of a zone', () => {
  const at = new Date('2026-06-11T08:12:00Z')
  expect(wallAt(at, 'Europe/Lisbon')).toMatchObject({ day: 11, hour: 9, minute: 12, weekday: 4 })
  expect(wallAt(at, 'Asia/Kolkata')).toMatchObject({ day: 11, hour: 13, minute: 42 })
  expect(wallAt(at, 'Nowhere/Else')).toMatchObject({ hour: 8 })
})

test('a claim keeps the clock of its writer', () => {
  expect(wallWritten('2026-06-10T16:40:00+03:00')).toMatchObject({ day: 10, hour: 16, minute: 40, weekday: 3 })
})

test.each([
  ['short', '11 Jun'],
  ['weekday', 'Thu 11 Jun'],
  ['long', '11 June'],
  ['full', 'Thursday 11 June'],
] as const)('a day %s', (style, words) => {
  expect(dayWords(thursday, style, 2026)).toBe(words)
  expect(dayWords(thursday, style, 2027)).toBe(words + ' 2026')
})

test('weeks', () => {
  expect(weekNumber('2026-W24')).toBe(24)
  expect(weekOf(new Date('2026-06-11'))).toBe('2026-W24')
  expect(weekOf(new Date('2027-01-02'))).toBe('2026-W53')
  expect(weekPlus('2026-W24', -1)).toBe('2026-W23')
  expect(weekPlus('2026-W53', 1)).toBe('2027-W01')
  expect(spanWords('2026-06-08', '2026-06-12')).toBe('8 to 12 June')
  expect(spanWords('2026-06-29', '2026-07-03')).toBe('29 June to 3 July')
})

test('a week runs, has just ended, is over or has not begun', () => {
  const monday = { year: 2027, month: 1, day: 4 }
  expect(['2027-W02', '2027-W01', '2026-W53', '2026-W52'].map((w) => weekStands(w, monday))).toEqual(['ahead', 'now', 'last', 'over'])
})
