import { expect, test } from 'vitest'
import { silent, toProblem } from './problem'

const full = { code: 'sealed', message: 'D-7KQ4 is recorded.', safe: 'Your words are kept.', hint: 'Write an amendment.' }

test.each([
  ['an object', full, full],
  ['its JSON', JSON.stringify(full), full],
  ['a plain string', 'no such method', { code: 'unknown', message: 'no such method', hint: '' }],
  ['text that only looks like JSON', '{oops', { code: 'unknown', message: '{oops', hint: '' }],
  ['a program that has ended', new TypeError('Failed to fetch'), silent],
  ['an Error of the window', new Error('fetch failed'), { code: 'window', message: 'fetch failed', hint: '' }],
])('a rejection with %s becomes a problem', (_, thrown, problem) => {
  expect(toProblem(thrown)).toEqual(problem)
})

test('a rejection with nothing still says something', () => {
  expect(toProblem(undefined).message).not.toBe('')
})
