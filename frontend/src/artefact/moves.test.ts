import { expect, test } from 'vitest'
import type { Kind } from '$lib/backend'
import { successor } from './moves'

const decision = {
  id: 'decision',
  fields: [
    { key: 'superseded-by', label: 'Superseded by', type: 'ref', options: ['decision'], auto: true },
    { key: 'supersedes', label: 'Supersedes', type: 'ref', options: ['decision'] },
    { key: 'brief', label: 'Brief', type: 'ref', options: ['brief'] },
  ],
  states: [
    { id: 'decided', label: 'Decided', mark: 'decided', needs: ['rationale'] },
    { id: 'superseded', label: 'Superseded', mark: 'superseded', needs: ['superseded-by'] },
  ],
} as unknown as Kind

test('what is superseded waits for a record that names it', () => {
  expect(successor({ to: 'superseded', ready: false }, decision)?.key).toBe('supersedes')
  expect(successor({ to: 'superseded', ready: true }, decision)).toBeUndefined()
  expect(successor({ to: 'decided', ready: false }, decision)).toBeUndefined()
  expect(successor({ to: 'decided', ready: false }, undefined)).toBeUndefined()
})
