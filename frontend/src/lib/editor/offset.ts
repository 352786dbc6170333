// Which character of a still text lies under the pointer.

type Caret = { node: Node; offset: number }

function caretAt(x: number, y: number): Caret | null {
  const d = document as Document & {
    caretPositionFromPoint?(x: number, y: number): { offsetNode: Node; offset: number } | null
    caretRangeFromPoint?(x: number, y: number): Range | null
  }
  const position = d.caretPositionFromPoint?.(x, y)
  if (position) return { node: position.offsetNode, offset: position.offset }
  const range = d.caretRangeFromPoint?.(x, y)
  return range ? { node: range.startContainer, offset: range.startOffset } : null
}

/** The offset in the text drawn within an element, where each .line ends in a line end. */
export function offsetAt(within: HTMLElement, x: number, y: number): number | null {
  const caret = caretAt(x, y)
  if (!caret || !within.contains(caret.node)) return null
  const lines = [...within.querySelectorAll('.line:not(.hint)')]
  let before = 0
  for (const line of lines) {
    if (line.contains(caret.node)) {
      const range = document.createRange()
      range.setStart(line, 0)
      range.setEnd(caret.node, caret.offset)
      return before + range.toString().length
    }
    before += (line.textContent?.length ?? 0) + 1
  }
  return null
}
