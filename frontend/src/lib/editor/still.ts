// Arriving changes never move what is being read or written: whatever grows or
// shrinks above it, it stays where it was on the screen.

/** What should not move: the caret, or else what has the focus, or else what is at the top. */
function anchor(scroller: HTMLElement): (() => number) | null {
  const focused = document.activeElement
  if (focused instanceof HTMLElement && scroller.contains(focused) && focused !== scroller) {
    if (focused.isContentEditable) {
      const caret = getSelection()
      if (caret?.rangeCount) {
        const range = caret.getRangeAt(0)
        const node = range.startContainer instanceof Element ? range.startContainer : range.startContainer.parentElement
        if (node) return () => node.getBoundingClientRect().top
      }
    }
    return () => focused.getBoundingClientRect().top
  }
  const box = scroller.getBoundingClientRect()
  const top = document.elementFromPoint(box.left + box.width / 2, box.top + 64)
  return top && top !== scroller ? () => top.getBoundingClientRect().top : null
}

export function keepStill(apply: () => void): void {
  const scroller = document.querySelector<HTMLElement>('[data-scroller]')
  const where = scroller && anchor(scroller)
  if (!scroller || !where) return apply()
  const before = where()
  apply()
  const moved = where() - before
  if (moved) scroller.scrollTop += moved
}
