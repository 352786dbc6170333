// Keys typed between asking for a new text and its being there. Without this
// the first letters after Enter would land in the text before, or nowhere.
// Several texts can be on their way: each is given what was typed for it, and
// only the one asked for last takes the keyboard.
import { isTyping } from '$lib/state/keys'
import { mark } from './unsent.svelte'

const patience = 4000
const waiting = new Set<Coming>()
let newest: Coming | undefined
let catcher: HTMLTextAreaElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** A text that was asked for and may not be there yet. */
export class Coming {
  /** The document that it belongs to, once that is known. */
  of: string
  /** Told when it is there, will not be, or is late. */
  readonly here: Promise<void>
  #typed = ''
  #over = false
  #held = false
  #end = () => {}
  /** Where the keyboard was: whoever is still there has gone nowhere else. */
  readonly #from = document.activeElement

  constructor(of = '') {
    stash()
    newest = this
    this.of = of
    this.here = new Promise<void>((ok) => (this.#end = ok))
    waiting.add(this)
    const late = setTimeout(this.#end, patience)
    void this.here.then(() => {
      clearTimeout(late)
      waiting.delete(this)
      if (this.#held) mark(false)
      this.#held = false
    })
  }
  /** Something was typed for it, and is nowhere else. */
  hold() {
    if (this.#held || !waiting.has(this)) return
    this.#held = true
    mark(true)
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
    const now = last && (catching() || document.activeElement === this.#from || !isTyping(document.activeElement))
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
export function catchKeys(of = ''): Coming {
  const coming = new Coming(of)
  if (!catcher) {
    catcher = document.createElement('textarea')
    catcher.className = 'sr'
    catcher.setAttribute('aria-label', 'The text that is being added')
    catcher.style.position = 'fixed'
    catcher.addEventListener('input', () => newest?.hold())
    document.body.append(catcher)
  }
  catcher.focus({ preventScroll: true })
  clearTimeout(timer)
  timer = setTimeout(() => (stash(), release()), patience)
  return coming
}

/** When every text of a document that was asked for is there, or a moment has passed. */
export async function allHere(of: string): Promise<void> {
  const its = () => [...waiting].filter((c) => c.of === of).map((c) => c.here)
  while (its().length) await Promise.all(its())
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
