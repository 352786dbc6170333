import { expect, test } from 'vitest'
import type { Kind } from '$lib/backend'
import { saidOf } from './links'

const decision = { id: 'decision', name: 'Decision record' } as Kind
const item = { id: 'item', name: 'Work item' } as Kind

test.each([
  [{ how: 'Links', back: false }, item, 'work item'],
  [{ how: 'Links', back: true }, item, 'work item'],
  [{ how: 'Decision', back: true }, item, 'work item'],
  [{ how: 'Supersedes', back: false }, decision, 'supersedes'],
  [{ how: 'Supersedes', back: true }, decision, 'supersedes this'],
  [{ how: 'Links', back: true }, undefined, ''],
] as const)('%o of a decision says %s', (l, other, words) => {
  expect(saidOf(l, decision, other, 'Links')).toBe(words)
})
