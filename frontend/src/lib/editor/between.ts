import { ChangeSet } from '@codemirror/state'

/** One change that turns a text into another: what lies between their common ends. */
export function between(from: string, to: string): ChangeSet {
  let start = 0
  const shorter = Math.min(from.length, to.length)
  while (start < shorter && from[start] === to[start]) start++
  let end = 0
  while (end < shorter - start && from[from.length - 1 - end] === to[to.length - 1 - end]) end++
  if (from === to) return ChangeSet.empty(from.length)
  return ChangeSet.of({ from: start, to: from.length - end, insert: to.slice(start, to.length - end) }, from.length)
}
