import { tick } from 'svelte'
import { backend, on, toProblem, type Field, type Kind, type Page, type Problem, type Value } from '$lib/backend'
import { allHere, catchKeys, Coming } from '$lib/editor/catch'
import { settle } from '$lib/editor/desk'
import { unsent } from '$lib/editor/unsent.svelte'
import { firstText } from '$lib/kind/schema'
import { desk } from '$lib/state/desk.svelte'
import { isTyping } from '$lib/state/keys'
import { Live } from '$lib/state/live.svelte'
import { betweenKeys, typedSince } from '$lib/state/quiet'
import { reach } from './reach'

/** An item that was just taken out, and can be put back. */
export interface Removed {
  item: string
  after: string
  words: string
}

/**
 * One artefact as it is being read and written. Values show at once what was
 * chosen, and go back with a message when the record refuses.
 */
export class Sheet {
  readonly id: string
  readonly #live: Live<Page>
  #saved = $state.raw<{ state: 'writing' | 'saved' | 'failed'; at: string; problem?: Problem }>()
  #refused = $state.raw<Record<string, Problem>>({})
  /** The move that was asked for last and was not ready. */
  #asked = $state('')
  #removed = $state.raw<Record<string, Removed>>({})
  /** The texts that are to be written as soon as they are there, by path. */
  #coming = $state.raw<Record<string, Coming>>({})

  constructor(id: string, page?: Page | null) {
    this.id = id
    this.#live = new Live(() => backend.page(id))
    if (page) this.#live.put(page)
  }

  get page() {
    return this.#live.value
  }
  get problem() {
    return this.#live.problem
  }
  get kind(): Kind | undefined {
    return desk.kind(this.page?.kind ?? '')
  }
  get editable() {
    return this.page?.editable ?? false
  }
  /** What became of the last change: in words, for the bar. */
  get saving() {
    if (unsent() && this.#saved?.state !== 'failed') return { state: 'writing' as const, at: '' }
    return this.#saved
  }
  /** Why the record refused a value, by path. */
  refused(path: string): Problem | undefined {
    return this.#refused[path]
  }
  /** What a field still needs, in sentences, for the move that was asked for in vain. */
  lacks(field: string): string[] {
    const m = this.page?.moves?.find((m) => m.to === this.#asked)
    return (m?.missing ?? []).filter((_, i) => (m?.places?.[i] ?? '').split('/')[0] === field)
  }
  removed(list: string): Removed | undefined {
    return this.#removed[list]
  }

  /** Lets a text be written as soon as it is there. */
  begin(path: string, coming = new Coming()) {
    coming.of = this.id
    this.#coming = { ...this.#coming, [path]: coming }
  }
  coming(path: string): Coming | undefined {
    return this.#coming[path]
  }
  text(path: string): string {
    return this.page?.texts?.[path] ?? ''
  }
  value(path: string): Value {
    return this.page?.values?.[path] ?? null
  }
  string(path: string): string {
    const v = this.value(path)
    return v === null ? '' : String(v)
  }
  strings(path: string): string[] {
    const v = this.value(path)
    return Array.isArray(v) ? v : []
  }
  items(path: string): string[] {
    return this.page?.lists?.[path] ?? []
  }
  contested(path: string) {
    return this.page?.contested?.[path]
  }
  /** May this field be changed now? Some stay open when the artefact is sealed. */
  open(field: Field): boolean {
    return !field.auto && (this.editable || Boolean(field.after && this.page))
  }

  /** Reads again, for what follows from other records. */
  reload(): Promise<void> {
    return this.#live.reload()
  }
  start(): () => void {
    const stop = this.#live.start((docs) => !docs.length || docs.includes(this.id) || docs.includes(this.page?.doc ?? ''))
    const off = on('saved', (e) => {
      if (e.id === this.id || e.id === this.page?.doc || e.id === this.page?.id) betweenKeys(() => (this.#saved = e))
    })
    return () => {
      stop()
      off()
      for (const coming of Object.values(this.#coming)) coming.drop() // whoever left wants none of them
    }
  }

  async #change(path: string, show: (page: Page) => Page, does: () => Promise<unknown>): Promise<boolean> {
    const before = this.page
    if (before) this.#live.put(show(before))
    try {
      await does()
      const { [path]: _, ...rest } = this.#refused
      this.#refused = rest
      return true
    } catch (e) {
      if (before) this.#live.put(before)
      this.#refused = { ...this.#refused, [path]: toProblem(e) }
      return false
    }
  }

  set(path: string, value: Value) {
    return this.#change(path, (p) => ({ ...p, values: { ...p.values, [path]: value } }), () => backend.set(this.id, path, value))
  }
  include(path: string, value: string, is: boolean) {
    const now = this.strings(path).filter((v) => v !== value)
    return this.#change(path, (p) => ({ ...p, values: { ...p.values, [path]: is ? [...now, value] : now } }), () => backend.include(this.id, path, value, is))
  }
  /** Chooses one item of a list and no other. */
  async choose(list: string, item: string, part: string, is: boolean) {
    for (const other of this.items(list)) {
      const path = `${list}/${other}/${part}`
      if (is && other !== item && this.value(path) === true) await this.set(path, false)
    }
    await this.set(`${list}/${item}/${part}`, is)
  }

  #reorder(list: string, to: (items: string[]) => string[]) {
    return (p: Page): Page => ({ ...p, lists: { ...p.lists, [list]: to(p.lists?.[list] ?? []) } })
  }
  /** Adds an item after another, "" for the start, and lets its first text be written. */
  async add(list: string, after: string, first = '', coming = first ? catchKeys(this.id) : undefined): Promise<string> {
    try {
      const item = await backend.addItem(this.id, list, after)
      const page = this.page
      if (page && !this.items(list).includes(item)) this.#live.put(this.#reorder(list, (items) => placed(items, item, after))(page))
      if (first) this.begin(`${list}/${item}/${first}`, coming)
      return item
    } catch (e) {
      coming?.drop()
      this.#refused = { ...this.#refused, [list]: toProblem(e) }
      return ''
    }
  }
  /** Lets the first text after the title be written: in a list, that of its first item, which is added. */
  async first(coming: Coming) {
    coming.of = this.id
    const first = this.kind && this.editable ? firstText(this.kind) : undefined
    if (!first) return coming.drop()
    if (!first.list) this.begin(first.field, coming)
    else if (this.items(first.list).length) this.begin(`${first.list}/${this.items(first.list)[0]}/${first.field}`, coming)
    else await this.add(first.list, '', first.field, coming)
  }
  async remove(list: string, item: string, words: string) {
    const items = this.items(list)
    const after = items[items.indexOf(item) - 1] ?? ''
    const done = await this.#change(list, this.#reorder(list, (i) => i.filter((x) => x !== item)), () => backend.removeItem(this.id, `${list}/${item}`))
    if (done) this.#removed = { ...this.#removed, [list]: { item, after, words } }
  }
  async keep(list: string) {
    const r = this.#removed[list]
    if (!r) return
    this.forget(list)
    await this.#change(list, this.#reorder(list, (i) => placed(i, r.item, r.after)), () => backend.keepItem(this.id, `${list}/${r.item}`))
  }
  forget(list: string) {
    const { [list]: _, ...rest } = this.#removed
    this.#removed = rest
  }
  /** Moves an item one place up or down. */
  async shift(list: string, item: string, by: 1 | -1) {
    const items = this.items(list).filter((i) => i !== item)
    const at = this.items(list).indexOf(item) + by
    if (at < 0 || at > items.length) return
    const after = items[at - 1] ?? ''
    await this.#change(list, this.#reorder(list, (i) => placed(i.filter((x) => x !== item), item, after)), () => backend.placeItem(this.id, `${list}/${item}`, after))
  }

  /** Makes a move, by all that is written by now. One that is not ready says at each place what it needs, and goes to the first. */
  async ask(state: string): Promise<void> {
    await allHere(this.id)
    const from = document.activeElement
    const asked = performance.now()
    try {
      await settle(this.id)
    } catch (e) {
      this.#refused = { ...this.#refused, move: toProblem(e) }
      return
    }
    await this.#live.reload()
    const m = this.page?.moves?.find((m) => m.to === state)
    if (!m) return
    this.#asked = m.ready ? '' : state
    if (m.ready && m.because) return document.querySelector<HTMLElement>(`#move-${m.to}, #move-${m.to}-main button`)?.click() // which asks for the sentence
    if (m.ready) return void (await this.move(state, ''))
    await tick()
    // Whoever writes on, or elsewhere, by now is not taken away from it.
    const at = document.activeElement
    if (!isTyping(at) || (at === from && !typedSince(asked))) m.places?.some(reach)
  }
  async move(state: string, because: string): Promise<boolean> {
    return this.#take('move', () => backend.move(this.id, state, because))
  }
  async settle(path: string, key: string): Promise<boolean> {
    return this.#take(path, () => backend.settle(this.id, path, key))
  }
  async #take(path: string, does: () => Promise<Page>): Promise<boolean> {
    try {
      await settle(this.id)
      this.#live.put(await does())
      const { [path]: _, ...rest } = this.#refused
      this.#refused = rest
      return true
    } catch (e) {
      this.#refused = { ...this.#refused, [path]: toProblem(e) }
      return false
    }
  }
}

/** The list with an item after another; at the start when that is "". */
export function placed(items: string[], item: string, after: string): string[] {
  const at = after ? items.indexOf(after) + 1 : 0
  return [...items.slice(0, at), item, ...items.slice(at)]
}
