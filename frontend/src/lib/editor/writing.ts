// One text that is being written, kept in step with the Go side, which is the
// authority. The text may or may not be on the screen at the moment.
//
// Collab versions start at 0 with whatever text was shown when writing began.
// The authority's text, when it arrives, is received as the first update, so a
// key typed before that is rebased like any other, and nothing is lost.
import { collab, getSyncedVersion, receiveUpdates, sendableUpdates } from '@codemirror/collab'
import { ChangeSet, EditorState, Text, Transaction, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import type { Problem, TextState, Update } from '$lib/backend'
import { between } from './between'
import { widen } from './widen'

/** The authority, as one text sees it. */
export interface Authority {
  open(): Promise<TextState>
  /** False: the version is stale. */
  push(version: number, updates: Update[]): Promise<boolean>
  /** All updates since that version. */
  pull(version: number): Promise<Update[]>
  close(): Promise<void>
  flush(): Promise<void>
}

export interface Hooks {
  /** Calls fn where it makes no key late. */
  between(fn: () => void): void
  /** Applies something that arrived; whoever owns the page keeps it from moving. */
  arrive(apply: () => void): void
  /** The text changed while it is not being edited on the screen. */
  changed(): void
  failed(problem: Problem | undefined): void
  /** Something was typed that the authority does not have, or it has everything again. Told when it changes. */
  unsent(on: boolean): void
  problemOf(thrown: unknown): Problem
}

/** A text is left that could not be sent: it is told as it stands, for it is nowhere else. */
const unkept = (text: string, why: Problem | undefined): Problem => ({
  code: why?.code ?? 'unsent',
  message: `${why?.message ?? 'It could not be sent.'} What was typed last is not saved. The text as it stood: “${text}”`,
  safe: 'What was saved before is as it was.',
  hint: 'Copy it from here, and write it again.',
})

/** How long an input method may take before what arrived is looked at again. */
const composing = 320
const retry = 2000

export class Writing {
  #state: EditorState
  #view: EditorView | null = null
  readonly #client = crypto.randomUUID()
  readonly #authority: Authority
  readonly #hooks: Hooks
  /** Versions of the authority less versions of collab; null until opened. */
  #ahead: number | null = null
  /** The newest version that the authority is known to have. */
  #known = 0
  #timer: ReturnType<typeof setTimeout> | undefined
  /** What was typed is to be sent as soon as it is painted. */
  #due = false
  #unsent = false
  #problem: Problem | undefined
  #running: Promise<void> | null = null
  #closed = false
  /** The text as both sides have it. */
  #agreed: Text
  /** The text as it was shown when writing began. Nothing is received before it has met the authority’s. */
  readonly #first: string

  constructor(text: string, authority: Authority, hooks: Hooks, extensions: Extension) {
    this.#first = text
    this.#authority = authority
    this.#hooks = hooks
    this.#agreed = Text.of(text.split('\n'))
    this.#state = EditorState.create({
      doc: text,
      extensions: [
        collab({ startVersion: 0, clientID: this.#client }),
        extensions,
        EditorView.updateListener.of((u) => {
          for (const tr of u.transactions) this.#typed(tr)
        }),
      ],
    })
    void this.#run()
  }

  get state(): EditorState {
    return this.#view ? this.#view.state : this.#state
  }
  get text(): string {
    return this.state.doc.toString()
  }
  /** The version of the authority that this text has seen. */
  get version(): number {
    return getSyncedVersion(this.state) + (this.#ahead ?? 0)
  }

  /** Puts the text on the screen. */
  show(parent: HTMLElement): EditorView {
    this.#view ??= new EditorView({ state: this.#state, parent })
    return this.#view
  }

  /** Takes it off the screen; undo and what was not yet sent stay. */
  hide() {
    if (!this.#view) return
    this.#state = this.#view.state
    this.#view.destroy()
    this.#view = null
  }

  /** Takes a change that is made while the text is off the screen. */
  take(tr: Transaction) {
    if (this.#view) return this.#view.dispatch(tr)
    this.#state = tr.state
    this.#typed(tr)
  }

  #typed(tr: Transaction) {
    if (!tr.docChanged || tr.annotation(Transaction.remote) || this.#due) return
    this.#due = true
    this.#hooks.between(() => {
      this.#due = false
      this.#tell(true)
      if (!this.#timer) void this.#run()
    })
  }

  #tell(unsent: boolean) {
    if (this.#unsent === unsent || this.#closed) return
    this.#unsent = unsent
    this.#hooks.unsent(unsent)
  }

  #between = () => new Promise<void>((ok) => this.#hooks.between(ok))

  /** The authority has reached this version. */
  arrived(version: number) {
    this.#known = Math.max(this.#known, version)
    if (this.#ahead === null || this.#known <= this.version) return
    if (this.#view?.composing) this.#soon(composing) // never disturb an input method half way
    else void this.#run()
  }

  /** Sends what was typed and has it committed. */
  async settle(): Promise<void> {
    await this.#run()
    if (!sendableUpdates(this.state).length) await this.#authority.flush()
  }

  async close(): Promise<void> {
    if (this.#closed) return
    let lost = ''
    try {
      await this.settle()
      if (sendableUpdates(this.state).length) lost = this.text
    } finally {
      this.#tell(false)
      this.#closed = true
      this.#rest()
      this.hide()
      await this.#authority.close()
    }
    if (lost) throw unkept(lost, this.#problem)
  }

  /** What is typed meanwhile goes with it. */
  #soon(ms: number) {
    this.#timer ??= setTimeout(() => void this.#run(), ms)
  }

  #rest() {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Brings both sides together. Only one runs at a time; whoever asks meanwhile waits for one more. */
  async #run(): Promise<void> {
    while (this.#running) await this.#running
    if (this.#closed) return
    this.#rest()
    this.#running = this.#meet()
    try {
      await this.#running
    } finally {
      this.#running = null
    }
  }

  async #meet(): Promise<void> {
    try {
      if (this.#ahead === null) await this.#open()
      for (let stale = 0; ; ) {
        if (this.#known > this.version && !(await this.#pull())) this.#known = this.version
        const mine = sendableUpdates(this.state)
        if (!mine.length) break
        let before = this.#agreed
        const sent = mine.map((u) => {
          const changes = widen(u.changes, before).toJSON() as Update['changes']
          before = u.changes.apply(before)
          return { client: this.#client, changes }
        })
        if (await this.#authority.push(this.version, sent)) {
          stale = 0
          this.#receive(mine.map((u) => ({ changes: u.changes, clientID: this.#client })))
          this.#known = Math.max(this.#known, this.version)
          if (sendableUpdates(this.state).length) await this.#between() // for what was typed meanwhile
        } else if (!(await this.#pull())) {
          // Refused as stale, and yet nothing newer: let the other side come to itself.
          if (++stale > 3) throw { code: 'stale', message: 'The text could not be kept in step.', safe: 'What you typed is still here.', hint: 'Longhand tries again by itself.' }
          await new Promise((ok) => setTimeout(ok, 50 * stale))
        }
      }
      this.#problem = undefined
      this.#hooks.failed(undefined)
      this.#tell(false)
    } catch (e) {
      this.#problem = this.#hooks.problemOf(e)
      this.#hooks.failed(this.#problem)
      if (sendableUpdates(this.state).length) this.#tell(true)
      if (!this.#closed) this.#soon(retry)
    }
  }

  async #open() {
    const { version, text } = await this.#authority.open()
    const difference = between(this.#first, text)
    if (!difference.empty) this.#receive([{ changes: difference, clientID: 'authority' }])
    this.#ahead = version - getSyncedVersion(this.state)
    this.#known = Math.max(this.#known, version)
  }

  async #pull(): Promise<boolean> {
    const updates = await this.#authority.pull(this.version)
    if (!updates.length) return false
    await this.#between()
    this.#receive(updates.map((u) => ({ changes: ChangeSet.fromJSON(u.changes), clientID: u.client })))
    return true
  }

  #receive(updates: { changes: ChangeSet; clientID: string }[]) {
    const foreign = updates.some((u) => u.clientID !== this.#client)
    for (const u of updates) this.#agreed = u.changes.apply(this.#agreed)
    const apply = () => {
      const tr = receiveUpdates(this.state, updates)
      if (this.#view) this.#view.dispatch(tr)
      else this.#state = tr.state
    }
    if (foreign) this.#hooks.arrive(apply)
    else apply()
    if (foreign && !this.#view) this.#hooks.changed()
  }
}
