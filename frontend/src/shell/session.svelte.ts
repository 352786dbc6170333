// What is going on in the window that is not part of the record: which sheet
// is open, what kind is shown, and what the keys do on this screen.
import { backend, copyText, type Page } from '$lib/backend'
import { catchKeys } from '$lib/editor/catch'
import { settle } from '$lib/editor/desk'
import { desk } from '$lib/state/desk.svelte'
import { here, href } from '$lib/state/route.svelte'
import { placeOf } from '$lib/kind/places'

/** Something that the screen shown can do, for the palette and its key. */
export interface Deed {
  label: string
  /** Does it; where it cannot be done now, says what is missing, where it is missing. */
  does: () => void
  /** Why not, when it cannot be done now. */
  not?: string
  keys?: string
  icon?: 'file-down' | 'copy' | 'send' | 'check' | 'refresh-cw' | 'pen-line' | 'users'
}

class Session {
  /** The palette is open, with this text in it. */
  palette = $state<{ text: string } | null>(null)
  help = $state(false)
  #page = $state.raw<Page>()
  #deeds = $state.raw<Deed[]>([])
  #kind = $state('')

  /** The kind of what is shown, for the sidebar. */
  get kind() {
    return this.#kind
  }
  /** The artefact shown, if one is. */
  get page() {
    return this.#page
  }
  get deeds() {
    return this.#deeds
  }
  /** A screen says what it shows and can do; it calls what is returned when it goes. */
  show(what: { kind?: string; page?: Page; deeds?: Deed[] }): () => void {
    this.#kind = what.kind ?? ''
    this.#page = what.page
    const deeds = (this.#deeds = what.deeds ?? [])
    return () => {
      if (this.#deeds !== deeds) return
      this.#kind = ''
      this.#page = undefined
      this.#deeds = []
    }
  }

  find(text = '') {
    this.help = false
    this.palette = { text }
  }

  /** Begins an artefact, with references to others if they are given, and goes there. */
  async create(kind: string, title = '', refs: Record<string, string> = {}) {
    const k = desk.kind(kind)
    const coming = catchKeys()
    const begin = { kind, with: title || k?.one ? ('first' as const) : ('title' as const), coming }
    // Of what there is only one: said before it is there, for a list that sees it may be quicker to go to it.
    if (k?.one) here().begin(begin)
    const id = await desk.try(async () => {
      const id = await backend.create(kind, title)
      for (const [path, to] of Object.entries(refs)) await backend.set(id, path, to)
      return id
    })
    if (!id) {
      if (k?.one) here().begin(undefined)
      return coming.drop()
    }
    if (!k?.one) here().begin({ ...begin, id })
    if (k?.one === 'person-week') here().go(href('weekly'))
    else if (k?.one === 'week') here().go(href('review'))
    else here().go(placeOf(k, { id }))
  }

  /** Copies an artefact, with what was typed last, and says that it did. */
  async copy(id: string, form: 'text' | 'md' = 'text') {
    await desk.try(async () => {
      await settle(id)
      await copyText(await backend.asText(id, form), desk.host)
      desk.say(`${id} copied as ${form === 'md' ? 'Markdown' : 'text'}`)
    })
  }
  async copyId(id: string) {
    await desk.try(async () => {
      await copyText(id, desk.host)
      desk.say(`${id} copied`)
    })
  }

  profile() {
    const me = desk.me
    if (me?.profile) here().go(href('page', me.profile))
    else void this.create('member')
  }

  async deleteSample() {
    const boot = await desk.try(() => backend.deleteSample())
    if (boot) {
      here().replace(href('decisions'))
      await desk.enter(boot)
    }
  }
}

export const session = new Session()
