import { ChangeSet, Text } from '@codemirror/state'

// Positions here are UTF-16 units, there they are letters. An edit may begin or
// end inside a letter of two units: replacing one emoji by another that shares
// its first half does. For the other side it is widened to whole letters; the
// text that it leads to is the same.

const low = (code: number) => code >= 0xdc00 && code <= 0xdfff
const high = (code: number) => code >= 0xd800 && code <= 0xdbff

/** Whether a position lies inside a letter. */
const inside = (text: string, at: number) => at > 0 && at < text.length && high(text.charCodeAt(at - 1)) && low(text.charCodeAt(at))

/** The same change, of whole letters. */
export function widen(changes: ChangeSet, before: Text): ChangeSet {
  const was = before.toString()
  const is = changes.apply(before).toString()
  const wide: { from: number; to: number; insert: string }[] = []
  let changed = false
  changes.iterChanges((fromA, toA, fromB, toB) => {
    let [a, b, c, d] = [fromA, toA, fromB, toB]
    if (inside(was, a) || inside(is, c)) [a, c, changed] = [a - 1, c - 1, true]
    if (inside(was, b) || inside(is, d)) [b, d, changed] = [b + 1, d + 1, true]
    const last = wide.at(-1)
    if (last && a < last.to) {
      // Two edits of one letter become one.
      last.insert = last.insert.slice(0, last.insert.length - (last.to - a)) + is.slice(c, d)
      last.to = b
    } else wide.push({ from: a, to: b, insert: is.slice(c, d) })
  })
  return changed ? ChangeSet.of(wide, before.length) : changes
}
