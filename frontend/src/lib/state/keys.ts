// Keys that work anywhere. Single letters are off while one is typing, and
// can be switched off for good.

/** Is this a place where letters are text? */
export function isTyping(target: EventTarget | null): boolean {
  const el = target as HTMLElement | null
  if (!el?.closest) return false
  if (el.isContentEditable) return true
  return Boolean(el.closest('input:not([type=radio]):not([type=checkbox]), textarea, select, [role=listbox], [role=menu], [role=combobox], [role=dialog], dialog'))
}

export interface Bindings {
  /** By letter. */
  letters: Record<string, () => void>
  /** By the letter after G. */
  go: Record<string, () => void>
  /** By key, with Ctrl or ⌘. Return false to let the key through. */
  mod: Record<string, () => boolean | void>
}

/** Turns key presses into what they mean; the state is only whether G was just pressed. */
export class Keys {
  #afterG = 0
  constructor(
    readonly bindings: Bindings,
    readonly lettersOn: () => boolean,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** Returns whether the key meant something. */
  press(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'target' | 'isComposing'>): boolean {
    if (e.isComposing || e.altKey) return false
    if (e.ctrlKey || e.metaKey) {
      const does = this.bindings.mod[e.key.length === 1 ? e.key.toLowerCase() : e.key]
      return does ? does() !== false : false
    }
    if (!this.lettersOn() || isTyping(e.target)) return false
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key
    if (this.#afterG && this.now() - this.#afterG < 1500) {
      this.#afterG = 0
      const go = this.bindings.go[key]
      if (go) {
        go()
        return true
      }
    }
    if (key === 'g') {
      this.#afterG = this.now() || 1
      return true
    }
    const does = this.bindings.letters[key]
    does?.()
    return Boolean(does)
  }
}

/** Moves the focus among the rows of a list, or to the first. Returns whether there was anywhere to go. */
export function stepRows(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')]
  if (!rows.length) return false
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const to = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + by))]
  to?.focus()
  to?.scrollIntoView({ block: 'nearest' })
  return true
}
