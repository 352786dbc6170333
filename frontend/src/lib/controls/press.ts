// What changes its size when it loses the focus must wait until the press that
// took the focus away has become a click, or the click would miss its button.

let down = false
if (typeof document !== 'undefined') {
  document.addEventListener('pointerdown', () => (down = true), true)
  for (const end of ['pointerup', 'pointercancel']) document.addEventListener(end, () => (down = false), true)
}

/** Calls fn now, or, while the pointer is pressed, after the click. */
export function afterPress(fn: () => void): void {
  if (!down) return fn()
  document.addEventListener('pointerup', () => setTimeout(fn), { once: true, capture: true })
}
