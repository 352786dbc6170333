import { backend, type Suggestion, type Value, type Weekly } from '$lib/backend'
import { Live } from '$lib/state/live.svelte'
import { Sheet } from '../../artefact/sheet.svelte'

/** One person’s week: what was promised, what is being written, what is promised next. */
export class Week {
  readonly #live: Live<Weekly>
  #sheet = $state.raw<Sheet>()
  #taken = $state.raw<string[]>([])
  #stop: (() => void) | undefined

  constructor(week: string, person: string) {
    this.#live = new Live(async () => {
      const w = await backend.weekly(week, person)
      this.#follow(w)
      return w
    })
  }
  get value() {
    return this.#live.value
  }
  get problem() {
    return this.#live.problem
  }
  get sheet() {
    return this.#sheet
  }
  /** What the week’s events would write into a field and nobody has taken or has yet. */
  suggested(field: string): Suggestion[] {
    return (this.value?.suggested ?? []).filter((s) => s.field === field && !this.#taken.includes(s.from + s.text))
  }

  start(): () => void {
    const stop = this.#live.start()
    return () => (stop(), this.#stop?.())
  }

  #follow(w: Weekly) {
    if (!w.id) return
    if (this.#sheet?.id === w.id) {
      // What last week’s commitments became stands in another document, and may stand in the way here.
      if (JSON.stringify(w.page?.moves) !== JSON.stringify(this.#sheet.page?.moves)) void this.#sheet.reload()
      return
    }
    this.#stop?.()
    this.#sheet = new Sheet(w.id, w.page)
    this.#stop = this.#sheet.start()
  }

  /** The sheet to write on; begun when there is none yet. */
  async write(): Promise<Sheet> {
    if (!this.#sheet) {
      await backend.beginWeek('weekly', this.value?.week ?? '')
      await this.#live.reload()
    }
    if (!this.#sheet) throw { code: 'not-begun', message: 'The update could not be begun.', hint: 'Try again.' }
    return this.#sheet
  }

  /** Takes a suggestion as if it had been written: the words, and what they refer to. */
  async take(s: Suggestion, line: string): Promise<void> {
    const sheet = await this.write()
    const item = await sheet.add(s.field, sheet.items(s.field).at(-1) ?? '')
    if (!item) return
    const base = `${s.field}/${item}`
    const at = await backend.openText(sheet.id, `${base}/${line}`)
    const changes: [number, ...string[]][] = [[at.text.length, s.text]]
    await backend.pushText(sheet.id, `${base}/${line}`, at.version, [{ client: crypto.randomUUID(), changes }])
    await backend.closeText(sheet.id, `${base}/${line}`)
    for (const [part, value] of Object.entries(s.parts ?? {})) await sheet.set(`${base}/${part}`, value as Value)
    await backend.flush(sheet.id)
    this.#taken = [...this.#taken, s.from + s.text]
    await this.#live.reload()
  }
  /** Not this one: it is not offered again while the window is open. */
  leave(s: Suggestion) {
    this.#taken = [...this.#taken, s.from + s.text]
  }
}

/** The sentence under the squares: "23 of 29 outcomes in eight weeks." Weeks not yet spoken for are left out. */
export function pooled(weeks: { committed: number; delivered: number; open: number }[]): { delivered: number; committed: number; weeks: number } {
  const told = weeks.filter((w) => w.committed > 0 && w.open === 0)
  return {
    delivered: told.reduce((n, w) => n + w.delivered, 0),
    committed: told.reduce((n, w) => n + w.committed, 0),
    weeks: told.length,
  }
}

/** How long one has been writing: minutes with a key or a click in them, counted, never enforced. */
export class Minutes {
  #last = 0
  #ms = $state(0)
  get minutes() {
    return Math.floor(this.#ms / 60_000)
  }
  /** Something was typed or clicked at this moment. A pause of more than a minute is not writing. */
  touch(now: number) {
    if (this.#last && now - this.#last < 60_000) this.#ms += now - this.#last
    this.#last = now
  }
}
