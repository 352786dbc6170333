import { expect, test } from 'vitest'
import { plain } from './plain'

test.each([
  ['number', '1.9', { value: 1.9 }],
  ['number', '1,9', { value: 1.9 }],
  ['number', '', { value: null }],
  ['number', 'many', { wrong: 'Write a number, such as 1.9.' }],
  ['hours', 'Mon-Fri 09:00-17:30', { value: 'Mon-Fri 09:00-17:30' }],
  ['hours', 'Mon-Thu 09:00-17:30, Fri 09:00-13:00', { value: 'Mon-Thu 09:00-17:30, Fri 09:00-13:00' }],
  ['hours', 'nine to five', { wrong: 'Write hours such as Mon-Fri 09:00-17:30.' }],
  ['link', 'https://example.org/x', { value: 'https://example.org/x' }],
  ['link', 'javascript:alert(1)', { wrong: 'Write an address that begins with https:// or mailto:.' }],
] as const)('%s “%s”', (type, typed, read) => expect(plain(type, typed)).toEqual(read))
