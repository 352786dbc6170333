// Keys typed between asking for a new text and its being there. Without this
// the first letters after Enter would land in the text before, or nowhere.
// Several texts can be on their way: each is given what was typed for it, and
// only the one asked for last takes the keyboard.
import { isTyping } from '$lib/state/keys'

let newest: Coming | undefined
let catcher: HTMLTextAreaElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** A text that was asked for and may not be there yet. */
export class Coming {
  #typed = ''
  #over = false

  constructor() {
    stash()
    newest = this
  }
  keep(typed: string) {
    this.#typed += typed
  }
  /** It is there: what was typed for it, and whether it is to be written now. Told once. */
  take(): { typed: string; now: boolean } | undefined {
    if (this.#over) return
    this.#over = true
    const last = newest === this
    if (last) stash()
    const now = last && !(isTyping(document.activeElement) && !catching())
    if (last) release()
    return { typed: this.#typed, now }
  }
  /** It will not be there. */
  drop() {
    this.#over = true
    if (newest === this) release()
  }
}

/** Asks for a text, and takes the keyboard until it is there or a moment has passed. */
export function catchKeys(): Coming {
  const coming = new Coming()
  if (!catcher) {
    catcher = document.createElement('textarea')
    catcher.className = 'sr'
    catcher.setAttribute('aria-label', 'The text that is being added')
    catcher.style.position = 'fixed'
    document.body.append(catcher)
  }
  catcher.focus({ preventScroll: true })
  clearTimeout(timer)
  timer = setTimeout(() => (stash(), release()), 4000)
  return coming
}

/** Does it have the keyboard now? */
export const catching = (): boolean => catcher !== null && document.activeElement === catcher

/** What was caught so far belongs to the text asked for last. */
function stash() {
  if (!catcher?.value) return
  newest?.keep(catcher.value)
  catcher.value = ''
}

function release() {
  catcher?.remove()
  catcher = null
  clearTimeout(timer)
}
