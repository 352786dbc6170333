import type { Field, Kind, Move } from '$lib/backend'

/** The references that a move needs and that no place on the page offers: they are asked for where the move is. */
export function asked(move: Move, kind: Kind | undefined): Field[] {
  const needs = new Set(kind?.states.find((s) => s.id === move.to)?.needs)
  return (kind?.fields ?? []).filter((f) => f.type === 'ref' && f.place === 'away' && needs.has(f.key))
}
