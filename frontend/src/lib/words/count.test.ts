import { expect, test } from 'vitest'
import { capital, count, counted, daysShort, figure, listed } from './count'

test('small numbers are words, large ones figures', () => {
  expect(count(0)).toBe('none')
  expect(count(12)).toBe('twelve')
  expect(count(1287)).toBe('1,287')
  expect(counted(1, 'item')).toBe('one item')
  expect(counted(3, 'person', 'people')).toBe('three people')
  expect(capital('six people')).toBe('Six people')
})

test('names are listed as one says them', () => {
  expect(listed([])).toBe('')
  expect(listed(['Tom'])).toBe('Tom')
  expect(listed(['Tom', 'Wanjiru'])).toBe('Tom and Wanjiru')
  expect(listed(['Tom', 'Wanjiru', 'Arjun'])).toBe('Tom, Wanjiru and Arjun')
})

test('days and figures keep no more digits than they have', () => {
  expect(daysShort(0.3)).toBe('<1')
  expect(daysShort(0)).toBe('<1')
  expect(daysShort(6.6)).toBe('7')
  expect(figure(7.5)).toBe('7.5')
  expect(figure(3)).toBe('3')
})
