import { backend, type Found, type Hit, type Kind, type Page } from '$lib/backend'
import type { IconName } from '$lib/icons/lucide'
import { placeOf } from '$lib/kind/places'
import { stateLabel } from '$lib/kind/schema'
import { desk } from '$lib/state/desk.svelte'
import { here, href } from '$lib/state/route.svelte'
import { places } from './places'
import { session } from './session.svelte'

/** One line of the palette. */
export interface Entry {
  key: string
  label: string
  /** To the right, quiet: a key, a kind, or why not. */
  hint: string
  icon?: IconName
  hit?: Hit
  off?: boolean
  does: () => void
}
export interface Section {
  heading: string
  entries: Entry[]
}

/** Finds what is written, and does what can be done, by the same few words. */
export class Palette {
  #text = $state('')
  #found = $state.raw<Found>()
  #at = $state(0)
  /** What Tab acts on: its own short list takes the place of the others. */
  #on = $state.raw<{ hit: Hit; page?: Page }>()
  #asked = 0

  constructor(text: string) {
    if (text !== '+') this.text = text
    this.onlyWrite = text === '+'
  }
  readonly onlyWrite: boolean

  get text() {
    return this.#text
  }
  set text(t: string) {
    this.#text = t
    this.#at = 0
    this.#on = undefined
    void this.#search()
  }
  get found() {
    return this.#found
  }
  get subject() {
    return this.#on?.hit
  }

  async #search() {
    const asked = ++this.#asked
    const t = this.#text.trim()
    if (!t) {
      this.#found = undefined
      return
    }
    const found = await backend.search(t, 8).catch(() => undefined)
    if (asked !== this.#asked) return
    this.#found = found
    // Right after the start not everything has been read yet.
    if (found && !found.ready) setTimeout(() => asked === this.#asked && void this.#search(), 300)
  }

  readonly sections = $derived.by((): Section[] => {
    if (this.#on) return [{ heading: `Do, with ${this.#on.hit.id}`, entries: this.#with(this.#on.hit, this.#on.page) }]
    // Writing fits any words, so a thing to do that has them goes before it.
    const all = this.onlyWrite ? [this.#write()] : this.#text.trim() ? [this.#written(), this.#doHere(), this.#do(), this.#write()] : [this.#write(), this.#doHere(), this.#do()]
    return all.filter((s) => s.entries.length)
  })
  readonly entries = $derived(this.sections.flatMap((s) => s.entries))
  get at() {
    return Math.min(this.#at, Math.max(0, this.entries.length - 1))
  }
  get current(): Entry | undefined {
    return this.entries[this.at]
  }
  step(by: number) {
    const n = this.entries.length
    if (n) this.#at = (this.at + by + n) % n
  }
  point(entry: Entry) {
    this.#at = this.entries.indexOf(entry)
  }
  run(entry = this.current) {
    if (!entry || entry.off) return
    session.palette = null
    entry.does()
  }
  /** Tab: what can be done with the record that is meant. Returns whether there is one. */
  async act(): Promise<boolean> {
    const hit = this.current?.hit
    if (!hit) return false
    this.#on = { hit }
    this.#at = 0
    const page = await backend.page(hit.id).catch(() => undefined)
    if (this.#on?.hit === hit && page) this.#on = { hit, page }
    return true
  }
  /** Esc: back from acting; false when there is nothing to go back from. */
  back(): boolean {
    if (!this.#on) return false
    this.#on = undefined
    return true
  }

  #written(): Section {
    const hits = this.#found?.hits ?? []
    const entries = hits.map((hit): Entry => ({ key: 'h' + hit.doc, label: hit.title || 'Untitled', hint: hintOf(hit), hit, does: () => open(hit) }))
    const total = this.#found?.total ?? 0
    const words = this.#text.trim()
    if (total > hits.length) entries.push({ key: 'all', label: `All ${total} results for “${words}”`, hint: '', icon: 'search', does: () => here().go(href('found', words)) })
    return { heading: 'Written', entries }
  }
  #write(): Section {
    const typed = this.#text.trim()
    const letters: Record<string, string> = desk.keys ? { decision: 'D', item: 'I', insight: 'N' } : {}
    return {
      heading: 'Write',
      entries: toWrite(desk.kinds, typed).map(({ kind: k, title }) => ({
        key: (title ? 't' : 'c') + k.id,
        label: title ? `${k.verb} called “${title}”` : k.verb,
        hint: typed ? (letters[k.id] ?? '') : k.purpose,
        icon: 'pen-line',
        does: () => void session.create(k.id, title),
      })),
    }
  }
  #doHere(): Section {
    const entries = session.deeds
      .filter((d) => matches(d.label, this.#text))
      .map((d): Entry => ({ key: 'd' + d.label, label: d.label, hint: d.not ?? d.keys ?? '', icon: d.icon ?? 'check', off: Boolean(d.not), does: d.does }))
    return { heading: session.page ? `Do, with ${session.page.id}` : 'Do, here', entries }
  }
  #do(): Section {
    const go = places.flatMap((g) => g.links.map((l): Entry => ({ key: 'g' + l.to, label: `Go to ${l.label}`, hint: l.letter && desk.keys ? `G ${l.letter.toUpperCase()}` : '', icon: 'arrow-up-right', does: () => here().go(l.to) })))
    const does: Entry[] = [
      { key: 'sync', label: 'Send and read now', hint: desk.shell?.sync.sentence ?? '', icon: 'refresh-cw', does: () => void desk.try(() => backend.syncNow()) },
      { key: 'review', label: 'Export the weekly review', hint: 'PDF or Markdown', icon: 'file-down', does: () => here().go(href('review')) },
      { key: 'me', label: 'Your profile', hint: '', icon: 'users', does: () => session.profile() },
      { key: 'light', label: 'Light theme', hint: desk.theme === 'light' ? 'now' : '', icon: 'settings', does: () => void desk.setTheme('light') },
      { key: 'dark', label: 'Dark theme', hint: desk.theme === 'dark' ? 'now' : '', icon: 'settings', does: () => void desk.setTheme('dark') },
      { key: 'system', label: 'Theme of the system', hint: desk.theme === 'system' ? 'now' : '', icon: 'settings', does: () => void desk.setTheme('system') },
      { key: 'keys', label: desk.keys ? 'Switch single-letter shortcuts off' : 'Switch single-letter shortcuts on', hint: '', icon: 'settings', does: () => void desk.setKeys(!desk.keys) },
      { key: 'help', label: 'All shortcuts', hint: '?', icon: 'settings', does: () => (session.help = true) },
    ]
    return { heading: 'Do', entries: [...go, ...does].filter((e) => matches(e.label, this.#text)) }
  }
  #with(hit: Hit, page: Page | undefined): Entry[] {
    return [
      { key: 'open', label: 'Open it', hint: 'Enter', icon: 'arrow-up-right', does: () => open(hit) },
      ...(page?.moves ?? []).map(
        (m): Entry => ({
          key: 'm' + m.to,
          label: m.verb,
          hint: m.ready ? '' : (m.missing?.[0] ?? ''),
          icon: 'check',
          off: !m.ready && !m.because,
          does: () => (m.because || !m.ready ? open(hit) : void desk.try(() => backend.move(hit.id, m.to, ''))),
        }),
      ),
      { key: 'copy', label: 'Copy it as text', hint: '', icon: 'copy', does: () => void session.copy(hit.id) },
      { key: 'id', label: 'Copy its id', hint: hit.id, icon: 'link', does: () => void session.copyId(hit.id) },
    ]
  }
}

const open = (hit: Hit) => here().go(placeOf(desk.kind(hit.kind), hit))

/** Do all the words occur, in any order? */
export function matches(label: string, typed: string): boolean {
  const l = label.toLocaleLowerCase()
  return typed.trim().toLocaleLowerCase().split(/\s+/).every((w) => l.includes(w))
}

/** Does every word that is typed begin a word of what the kind is called? */
function named(kind: Kind, typed: string): boolean {
  const words = `${kind.verb} ${kind.name} ${kind.plural}`.toLocaleLowerCase().split(/\s+/)
  return typed.toLocaleLowerCase().split(/\s+/).every((t) => words.some((w) => w.startsWith(t)))
}

/** What can be written: first the kinds that what is typed names, and then any kind with it for a title. */
export function toWrite(kinds: Kind[], typed: string): { kind: Kind; title: string }[] {
  const all = kinds.filter((k) => k.one !== 'person')
  const called = typed ? all.filter((k) => !k.one) : []
  return [...all.filter((k) => !typed || named(k, typed)).map((kind) => ({ kind, title: '' })), ...called.map((kind) => ({ kind, title: typed }))]
}

function hintOf(hit: Hit): string {
  const owner = hit.owner ? (hit.owner === desk.boot?.me ? 'yours' : desk.first(hit.owner)) : ''
  const state = stateLabel(desk.kind(hit.kind), hit).toLocaleLowerCase()
  return [`${hit.kindName} ${hit.id}`, owner, state].filter(Boolean).join(', ')
}

/** A title cut where the matches begin and end. */
export function cut(title: string, ranges: [number, number][] | null): { text: string; hit: boolean }[] {
  const out: { text: string; hit: boolean }[] = []
  let at = 0
  for (const [from, to] of [...(ranges ?? [])].sort((a, b) => a[0] - b[0])) {
    if (from < at || to > title.length) continue
    if (from > at) out.push({ text: title.slice(at, from), hit: false })
    out.push({ text: title.slice(from, to), hit: true })
    at = to
  }
  if (at < title.length) out.push({ text: title.slice(at), hit: false })
  return out
}
