export interface Option {
  value: string
  label: string
  /** Beside the label, quiet. */
  hint?: string
}

/** Which of the options is meant while a list is open: by arrows, or by typing. */
export class Picking {
  #options: () => Option[]
  #at = $state(0)
  #typed = $state('')

  constructor(options: () => Option[]) {
    this.#options = options
  }

  get typed() {
    return this.#typed
  }
  set typed(t: string) {
    this.#typed = t
    this.#at = 0
  }
  readonly shown = $derived.by(() => {
    const t = this.#typed.trim().toLocaleLowerCase()
    if (!t) return this.#options()
    const begins = (o: Option) => o.label.toLocaleLowerCase().startsWith(t)
    const holds = this.#options().filter((o) => `${o.label} ${o.hint ?? ''}`.toLocaleLowerCase().includes(t))
    return [...holds.filter(begins), ...holds.filter((o) => !begins(o))]
  })
  get at() {
    return Math.min(this.#at, Math.max(0, this.shown.length - 1))
  }
  get current(): Option | undefined {
    return this.shown[this.at]
  }
  start(value: string) {
    this.#typed = ''
    this.#at = Math.max(0, this.#options().findIndex((o) => o.value === value))
  }
  step(by: number) {
    const n = this.shown.length
    if (n) this.#at = (this.at + by + n) % n
  }
  to(i: number) {
    this.#at = i
  }
  /** A letter, in a list without a text field: the next option that begins with it. */
  letter(c: string) {
    const list = this.shown
    for (let i = 1; i <= list.length; i++) {
      const j = (this.at + i) % list.length
      if (list[j]!.label.toLocaleLowerCase().startsWith(c.toLocaleLowerCase())) {
        this.#at = j
        return
      }
    }
  }
}
