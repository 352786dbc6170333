// Where the window is. The address is a fragment, so that going back works
// as in any browser and every place can be written as a link.
import type { Coming } from '$lib/editor/catch'

export interface Route {
  screen: string
  /** What stands after the screen, taken apart at slashes. */
  rest: string[]
}

export function readRoute(fragment: string): Route {
  const [screen = '', ...rest] = fragment.replace(/^#?\/?/, '').split('/').map(decodeURIComponent)
  return { screen: screen || 'decisions', rest: rest.filter((r) => r !== '') }
}

export function href(...parts: string[]): string {
  return '#/' + parts.map(encodeURIComponent).join('/')
}

/** What whoever asked for a record wants to write first: of one by its id, or of the one of its kind. */
export interface Begin {
  id?: string
  kind: string
  with: 'title' | 'first'
  coming: Coming
}

class Place {
  #route = $state.raw<Route>(readRoute(location.hash))
  #begin = $state.raw<Begin>()

  /** Was the place come back to, or gone on to, and not opened anew? */
  returned = false
  /** Told before a place is left, while it is still shown. */
  onleave: (from: string, to: string) => void = () => {}
  #steps = 0

  constructor() {
    // A step that was made before carries the number that it was given then.
    if (history.state?.step === undefined) history.replaceState({ step: this.#steps }, '')
    window.addEventListener('hashchange', () => {
      this.returned = history.state?.step !== undefined
      if (!this.returned) history.replaceState({ step: ++this.#steps }, '')
      this.onleave(this.address, location.hash)
      this.#route = readRoute(location.hash)
    })
  }
  /** Where the window is, as a link. */
  get address() {
    return href(this.#route.screen, ...this.#route.rest)
  }
  get route() {
    return this.#route
  }
  /** Lets the screen that shows a record begin to write it; nobody asks for what was asked for before. */
  begin(begin: Begin | undefined) {
    const before = this.#begin
    if (before && before.coming !== begin?.coming) before.coming.drop()
    this.#begin = begin
  }
  /** What to begin with, for the screen that shows this record. Told once. */
  begins(shown: { id?: string; kind: string }): Begin | undefined {
    const begin = this.#begin
    if (!begin || (begin.id ? begin.id !== shown.id : begin.kind !== shown.kind)) return
    this.#begin = undefined
    return begin
  }
  go(to: string) {
    location.hash = to
  }
  /** Goes there without leaving a step to come back to. */
  replace(to: string) {
    history.replaceState(history.state, '', to)
    this.returned = false
    this.#route = readRoute(to)
  }
}

let place: Place | undefined
/** The one place. Made when the window starts, and not with this module, so that its functions need no window. */
export const here = (): Place => (place ??= new Place())
