import { expect, test, vi } from 'vitest'
import type { Kind } from '$lib/backend'

vi.stubGlobal('location', { hash: '' })
vi.stubGlobal('window', { addEventListener: () => {} })
const { backend } = await import('$lib/backend')
const { cut, matches, Palette, toWrite } = await import('./palette.svelte')

test('a title is cut where it matches', () => {
  expect(cut('Settle small refunds', [[13, 19]])).toEqual([{ text: 'Settle small ', hit: false }, { text: 'refund', hit: true }, { text: 's', hit: false }])
  expect(cut('Refund', [[0, 6]])).toEqual([{ text: 'Refund', hit: true }])
  expect(cut('Refund', null)).toEqual([{ text: 'Refund', hit: false }])
  expect(cut('short', [[2, 99]])).toEqual([{ text: 'short', hit: false }])
  expect(cut('a b a', [[4, 5], [0, 1]]).filter((p) => p.hit)).toHaveLength(2)
})

test('words match in any order', () => {
  expect(matches('Go to Weekly reviews', 'review go')).toBe(true)
  expect(matches('Dark theme', '')).toBe(true)
  expect(matches('Dark theme', 'light')).toBe(false)
})

test('a kind that is named comes before any kind with those words for a title', () => {
  const kinds = [
    { id: 'decision', verb: 'Raise a decision', name: 'Decision record', plural: 'Decisions' },
    { id: 'brief', verb: 'Write a brief', name: 'Intent brief', plural: 'Intent briefs' },
    { id: 'weekly', verb: 'Write this week’s update', name: 'Weekly update', plural: 'Weekly updates', one: 'person-week' },
    { id: 'member', verb: 'Edit your profile', name: 'Member', plural: 'Members', one: 'person' },
  ] as Kind[]
  const of = (typed: string) => toWrite(kinds, typed).map((w) => (w.title ? `${w.kind.id} ${w.title}` : w.kind.id))
  expect(of('')).toEqual(['decision', 'brief', 'weekly'])
  expect(of('brief')).toEqual(['brief', 'decision brief', 'brief brief'])
  expect(of('write')).toEqual(['brief', 'weekly', 'decision write', 'brief write'])
  expect(of('week upd')).toEqual(['weekly', 'decision week upd', 'brief week upd'])
  expect(of('Refunds')).toEqual(['decision Refunds', 'brief Refunds'])
  expect(of('ief')).toEqual(['decision ief', 'brief ief'])
})

test('while not everything has been read, what is asked for is looked for again', async () => {
  vi.useFakeTimers()
  const found = (ready: boolean) => ({ hits: [], total: ready ? 2 : 1, of: 3, ready })
  const search = vi.spyOn(backend, 'search').mockResolvedValueOnce(found(false)).mockResolvedValueOnce(found(false)).mockResolvedValue(found(true))
  const palette = new Palette('refund')
  await vi.advanceTimersByTimeAsync(5000)
  expect(palette.found).toEqual(found(true))
  expect(search).toHaveBeenCalledTimes(3)
  vi.useRealTimers()
})
