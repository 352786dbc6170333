import { expect, test } from 'vitest'
import type { Field, Kind, Page } from '$lib/backend'
import { begun, exclusive, fieldOf, firstText, needed, offered, parted, said, shapeOf } from './schema'

const f = (key: string, type: Field['type'], more: Partial<Field> = {}): Field => ({ key, label: key, type, ...more })
const list = (items: Field[], more: Partial<Field> = {}) => f('x', 'list', { items, ...more })

test.each([
  ['options: names with a mark', list([f('name', 'line'), f('for', 'line'), f('chosen', 'bool')]), 'options'],
  ['criteria', list([f('criterion', 'line'), f('met', 'bool')]), 'checks'],
  ['risks, of which there are few', list([f('text', 'line'), f('risk', 'ref')], { max: 3 }), 'steps'],
  ['commitments, which end later', list([f('text', 'line'), f('outcome', 'choice', { after: true })]), 'steps'],
  ['channels', list([f('name', 'line'), f('purpose', 'line')]), 'terms'],
  ['lanes', list([f('lane', 'choice'), f('within', 'line')]), 'terms'],
  ['outcomes', list([f('text', 'line'), f('item', 'ref')]), 'dashes'],
  ['decisions needed', list([f('text', 'line'), f('by', 'person'), f('when', 'date')]), 'rows'],
  ['leave', list([f('from', 'date'), f('to', 'date')]), 'small'],
  ['the consulted, in the margin', list([f('person', 'person'), f('text', 'line')], { place: 'note' }), 'small'],
] as const)('%s', (_, field, shape) => expect(shapeOf(field)).toBe(shape))

const kind = {
  fields: [
    f('context', 'text', { help: 'What made us ask. Facts a newcomer would need.' }),
    f('options', 'list', { items: [f('name', 'line'), f('chosen', 'bool')] }),
    f('owner', 'person'),
    f('review-trigger', 'record', { items: [f('date', 'date')] }),
  ],
  states: [
    { id: 'draft', label: 'Draft', mark: 'draft' },
    { id: 'raised', label: 'Raised', mark: 'open', sets: 'raised' },
    { id: 'decided', label: 'Decided', mark: 'decided', seals: true, sets: 'decided', needs: ['options.name>=2', 'options.chosen=1', 'owner', 'settled'] },
  ],
} as unknown as Kind

test('a path leads to its field through items and records', () => {
  expect(fieldOf(kind, 'options/4kq/name')?.key).toBe('name')
  expect(fieldOf(kind, 'review-trigger/date')?.type).toBe('date')
  expect(fieldOf(kind, 'context')?.key).toBe('context')
})

test('a need for exactly one makes a part exclusive', () => {
  expect(exclusive(kind, 'options', 'chosen')).toBe(true)
  expect(exclusive(kind, 'options', 'name')).toBe(false)
})

test('what a record holds is what sealing it needs', () => {
  expect(needed(kind).map((n) => n.key)).toEqual(['context', 'options'])
  expect(needed(kind)[0]!.hint).toBe('what made us ask')
  expect(said('')).toBe('')
})

test('parts are taken apart by what they hold', () => {
  const p = parted(list([f('text', 'line'), f('by', 'person'), f('met', 'bool'), f('at', 'instant', { auto: true })]))
  expect([p.written.length, p.values.length, p.bool?.key]).toEqual([1, 1, 'met'])
})

test('who brought it where it is', () => {
  const page = { author: 'wk', created: '2026-06-04', track: [
    { state: 'draft', label: 'Draft', place: 'past', when: '2026-06-04' },
    { state: 'raised', label: 'Raised', place: 'now', when: '2026-06-05', by: 'tom' },
    { state: 'decided', label: 'Decided', place: 'next' },
  ] } as unknown as Page
  expect(begun(kind, page)).toEqual({ how: 'Raised', by: 'tom', when: '2026-06-05' })
  expect(begun(kind, { ...page, track: [] })).toMatchObject({ how: 'Begun', by: 'wk' })
})

test('the first text is a field of the centre, or the first item of a list', () => {
  const of = (...fields: Field[]) => firstText({ ...kind, fields })
  expect(of(f('week', 'week', { auto: true }), f('gathered', 'line', { place: 'note' }), f('headline', 'line'))).toEqual({ field: 'headline' })
  expect(of(f('lanes', 'list', { items: [f('lane', 'choice'), f('within', 'line')] }))).toEqual({ field: 'within', list: 'lanes' })
  expect(of(f('zone', 'zone'), f('leave', 'list', { items: [f('from', 'date')] }))).toBeUndefined()
})

test('what came back is asked for once there was something to come back from', () => {
  const item = { ...kind, states: [{ id: 'delivered', label: 'Delivered', mark: 'decided' as const, sets: 'delivered' }] }
  const reopened = f('reopened', 'list', { items: [f('text', 'line'), f('at', 'instant', { auto: true })] })
  expect(offered(item, reopened, { values: {} })).toBe(false)
  expect(offered(item, reopened, { values: { delivered: '2026-06-04T09:00:00Z' } })).toBe(true)
  expect(offered(item, f('leave', 'list', { items: [f('from', 'date')] }), { values: null })).toBe(true)
})
