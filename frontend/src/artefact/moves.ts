import type { Field, Kind, Move } from '$lib/backend'

/**
 * A move that only another record can bring about, such as being superseded:
 * the field by which a new record of this kind names the one whose place it takes.
 */
export function successor(move: Pick<Move, 'to' | 'ready'>, kind: Kind | undefined): Field | undefined {
  const needs = new Set(kind?.states.find((s) => s.id === move.to)?.needs)
  const own = (f: Field) => f.type === 'ref' && f.options?.length === 1 && f.options[0] === kind?.id
  const waits = !move.ready && kind?.fields.some((f) => f.auto && own(f) && needs.has(f.key))
  return waits ? kind?.fields.find((f) => !f.auto && own(f)) : undefined
}
