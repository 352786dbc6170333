import { ChangeSet, Text } from '@codemirror/state'
import { expect, test } from 'vitest'
import { widen } from './widen'

const whole = (s: string) => [...s].every((c) => c.length === 2 || !/[\ud800-\udfff]/.test(c))

test.each([
  ['half of an emoji is replaced', 'a😀b', [{ from: 2, to: 3, insert: '\ude01' }], 'a😁b'],
  ['the first half is', 'a😀b', [{ from: 1, to: 2, insert: '\ud83e' }], 'a🨀b'],
  ['two of them at once', '😀😀', [{ from: 1, to: 2, insert: '\ude01' }, { from: 3, to: 4, insert: '\ude02' }], '😁😂'],
  ['nothing needs widening', 'abc', [{ from: 1, to: 2, insert: '😀' }], 'a😀c'],
  ['an insertion between', 'a😀b', [{ from: 3, insert: 'x' }], 'a😀xb'],
] as const)('%s', (_, text, edits, to) => {
  const doc = Text.of([text])
  const changes = ChangeSet.of(edits.map((e) => ({ ...e })), doc.length)
  const wide = widen(changes, doc)
  expect(wide.apply(doc).toString()).toBe(to)
  wide.iterChanges((from, end, _f, _t, inserted) => {
    expect(whole(text.slice(from, end))).toBe(true)
    expect(whole(inserted.toString())).toBe(true)
  })
})
