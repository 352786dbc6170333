import { backend, type Review, type Saved } from '$lib/backend'
import { settle } from '$lib/editor/desk'
import { desk } from '$lib/state/desk.svelte'
import { Live } from '$lib/state/live.svelte'
import { Sheet } from '../../artefact/sheet.svelte'

/** The team’s week, with the few lines of it that are written here. */
export class TeamWeek {
  readonly #live: Live<Review>
  #sheet = $state.raw<Sheet>()
  #stop: (() => void) | undefined
  #exported = $state('')
  #exporting = false

  constructor(week: string) {
    this.#live = new Live(async () => {
      const r = await backend.review(week)
      if (r.id && this.#sheet?.id !== r.id) {
        this.#stop?.()
        this.#sheet = new Sheet(r.id, r.page)
        this.#stop = this.#sheet.start()
      }
      return r
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
  /** Where the last export went. */
  get exported() {
    return this.#exported
  }
  start(): () => void {
    const stop = this.#live.start()
    return () => (stop(), this.#stop?.())
  }
  /** Begins the review of this week. Returns whether it is there. */
  async write(): Promise<boolean> {
    await backend.beginWeek('review', this.value?.week ?? '')
    await this.#live.reload()
    return Boolean(this.#sheet)
  }

  async export(form: 'pdf' | 'md'): Promise<void> {
    const r = this.value
    if (!r || this.#exporting) return
    this.#exporting = true
    this.#exported = ''
    const saved = await desk.try(async () => {
      if (this.#sheet) await settle(this.#sheet.id)
      return backend.exportReview(r.week, form)
    })
    this.#exporting = false
    if (!saved) return
    if (saved.data) download(saved)
    if (saved.path || saved.name) this.#exported = `Exported to ${saved.path || saved.name}.`
  }
}

/** In a browser the file arrives here, and the browser saves it. */
function download(saved: Saved) {
  const bytes = Uint8Array.from(atob(saved.data!), (c) => c.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes]))
  const a = document.createElement('a')
  a.href = url
  a.download = saved.name || 'review'
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
