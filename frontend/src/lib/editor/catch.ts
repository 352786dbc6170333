// Keys typed between asking for a new text and its being there. Without this
// the first letters after Enter would land in the text before, or nowhere.
// Several texts can be on their way: each is given what was typed for it, and
// only the one asked for last takes the keyboard.
import { isTyping } from '$lib/state/keys'

const patience = 4000
const waiting = new Set<Promise<void>>()
let newest: Coming | undefined
let catcher: HTMLTextAreaElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** A text that was asked for and may not be there yet. */
export class Coming {
  #typed = ''
  #over = false
  #end = () => {}

  constructor() {
    stash()
    newest = this
    const here = new Promise<void>((ok) => (this.#end = ok))
    waiting.add(here)
    const late = setTimeout(this.#end, patience)
    void here.then(() => (clearTimeout(late), waiting.delete(here)))
  }
  /** False: it has been told already. */
  keep(typed: string): boolean {
    if (!this.#over) this.#typed += typed
    return !this.#over
  }
  /** It is there: what was typed for it, and whether it is to be written now. Told once. */
  take(): { typed: string; now: boolean } | undefined {
    if (this.#over) return
    const last = newest === this
    if (last) stash()
    this.#over = true
    this.#end()
    const now = last && !(isTyping(document.activeElement) && !catching())
    if (last) release()
    return { typed: this.#typed, now }
  }
  /** It will not be there. */
  drop() {
    this.#over = true
    this.#end()
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
  timer = setTimeout(() => (stash(), release()), patience)
  return coming
}

/** When every text that was asked for is there, or a moment has passed. */
export async function allHere(): Promise<void> {
  while (waiting.size) await Promise.all(waiting)
}

/** Gives what was typed after Enter to the text that Enter asked for. False: it asked for none. */
export const pass = (typed: string): boolean => newest?.keep(typed) ?? false

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
