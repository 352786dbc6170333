// A text converges with its authority whatever the order of typing, opening,
// refusing and arriving. No DOM: a Writing works without being on the screen.
import { ChangeSet, Text } from '@codemirror/state'
import { history, undo } from '@codemirror/commands'
import { expect, test, vi } from 'vitest'
import type { Update } from '$lib/backend'
import { between } from './between'
import { Writing, type Authority, type Hooks } from './writing'

/** The Go side in small: versions, refusals, and everybody else’s edits. */
class Authority_ implements Authority {
  doc: Text
  updates: Update[] = []
  refused = 0
  pushes = 0
  wait: Promise<void> | null = null
  fail = 0
  constructor(text: string, readonly first = 0) {
    this.doc = Text.of(text.split('\n'))
  }
  get version() {
    return this.first + this.updates.length
  }
  async open() {
    await this.wait
    return { version: this.version, text: this.doc.toString() }
  }
  async push(version: number, updates: Update[]) {
    this.pushes++
    if (this.fail-- > 0) throw new Error('the pipe is closed')
    await Promise.resolve()
    if (version !== this.version) {
      this.refused++
      return false
    }
    for (const u of updates) this.apply(u)
    return true
  }
  async pull(version: number) {
    return this.updates.slice(version - this.first)
  }
  apply(u: Update) {
    this.doc = ChangeSet.fromJSON(u.changes).apply(this.doc)
    this.updates.push(u)
  }
  /** Somebody else writes. */
  other(from: number, to: number, insert: string) {
    this.apply({ client: 'tom', changes: ChangeSet.of({ from, to, insert }, this.doc.length).toJSON() as Update['changes'] })
  }
  close = vi.fn(async () => {})
  flush = vi.fn(async () => {})
}

const hooks = (): Hooks & { problems: unknown[] } => {
  const problems: unknown[] = []
  return { problems, between: (fn) => fn(), arrive: (apply) => apply(), changed: () => {}, failed: (p) => problems.push(p), unsent: () => {}, problemOf: (e) => ({ code: 'x', message: String(e), hint: '' }) }
}

const type = (w: Writing, from: number, insert: string) => {
  w.take(w.state.update({ changes: { from, insert } }))
}

test('what lies between two texts', () => {
  for (const [a, b] of [['', 'x'], ['abc', 'abc'], ['abc', 'axc'], ['aaa', 'aa'], ['ab', 'abab'], ['£5', '£50\n']] as const) {
    expect(between(a, b).apply(Text.of(a.split('\n'))).toString()).toBe(b)
  }
})

test('keys typed before the text was opened are kept and sent', async () => {
  const far = new Authority_('We pay by hand.', 7)
  let open = () => {}
  far.wait = new Promise((ok) => (open = ok))
  const w = new Writing('We pay by hand.', far, hooks(), [])
  type(w, 0, 'Today: ')
  open()
  await w.settle()
  expect(far.doc.toString()).toBe('Today: We pay by hand.')
  expect(w.version).toBe(far.version)
  expect(far.flush).toHaveBeenCalled()
})

test('a text that was shown stale meets the newer one without losing either', async () => {
  const far = new Authority_('We pay by hand, slowly.', 3)
  const w = new Writing('We pay by hand.', far, hooks(), [])
  type(w, 0, 'Now ')
  await w.settle()
  expect(w.text).toBe('Now We pay by hand, slowly.')
  expect(far.doc.toString()).toBe(w.text)
})

test('what was typed is unsent until the authority has all of it', async () => {
  const far = new Authority_('one')
  let open = () => {}
  far.wait = new Promise((ok) => (open = ok))
  const h = hooks()
  const unsent = vi.spyOn(h, 'unsent')
  const w = new Writing('one', far, h, [])
  type(w, 3, ' two')
  expect(unsent.mock.lastCall).toEqual([true])
  type(w, 0, 'zero ')
  open()
  await w.settle()
  expect(far.doc.toString()).toBe('zero one two')
  expect(unsent.mock.calls).toEqual([[true], [false]])
})

test('what is typed while the authority cannot be reached is unsent too', async () => {
  const far = new Authority_('one')
  far.open = () => Promise.reject(new Error('busy'))
  const h = hooks()
  const unsent = vi.spyOn(h, 'unsent')
  const w = new Writing('one', far, h, [])
  await vi.waitFor(() => expect(h.problems).toHaveLength(1))
  type(w, 3, ' two')
  expect(unsent.mock.calls).toEqual([[true]])
})

test('a text that could not be sent does not close as if it had been', async () => {
  const far = new Authority_('one')
  far.push = () => Promise.reject(new Error('refused'))
  const w = new Writing('one', far, hooks(), [])
  type(w, 3, ' two')
  await expect(w.close()).rejects.toMatchObject({ message: expect.stringContaining('“one two”') })
  expect(far.close).toHaveBeenCalled()
})

test('a refused push pulls, rebases and tries again', async () => {
  const far = new Authority_('one two')
  const w = new Writing('one two', far, hooks(), [])
  await w.settle()
  far.other(0, 0, 'zero ') // not announced yet
  type(w, 7, ' three')
  await w.settle()
  expect(far.refused).toBe(1)
  expect(far.doc.toString()).toBe('zero one two three')
  expect(w.text).toBe(far.doc.toString())
})

test('an announced edit arrives by itself', async () => {
  const far = new Authority_('a')
  const h = hooks()
  const changed = vi.spyOn(h, 'changed')
  const w = new Writing('a', far, h, [])
  await w.settle()
  far.other(1, 1, 'b')
  w.arrived(far.version)
  await w.settle()
  expect(w.text).toBe('ab')
  expect(changed).toHaveBeenCalled()
})

test('undo takes back only one’s own', async () => {
  const far = new Authority_('')
  const w = new Writing('', far, hooks(), [history()])
  type(w, 0, 'mine')
  await w.settle()
  far.other(0, 0, 'theirs ')
  w.arrived(far.version)
  await w.settle()
  undo({ state: w.state, dispatch: (tr) => w.take(tr) })
  await w.settle()
  expect(w.text).toBe('theirs ')
  expect(far.doc.toString()).toBe('theirs ')
})

test('a failure is told, nothing is lost, and it is tried again', async () => {
  vi.useFakeTimers()
  const far = new Authority_('')
  const h = hooks()
  const w = new Writing('', far, h, [])
  await w.settle()
  far.flush.mockClear()
  far.fail = 2
  type(w, 0, 'kept')
  await w.settle()
  expect(h.problems.at(-1)).toMatchObject({ message: 'Error: the pipe is closed' })
  expect(far.flush).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(5000)
  expect(far.doc.toString()).toBe('kept')
  expect(h.problems.at(-1)).toBeUndefined()
  vi.useRealTimers()
})

test.each(Array.from({ length: 20 }, (_, seed) => seed))('two writers and an authority converge, seed %i', async (seed) => {
  let state = seed * 2654435761 + 1
  const random = (n: number) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), state % n)
  const far = new Authority_('start')
  const a = new Writing('start', far, hooks(), [])
  const b = new Writing('start', far, hooks(), [])
  const asked: Promise<void>[] = []
  for (let i = 0; i < 40; i++) {
    const w = random(2) ? a : b
    type(w, random(w.text.length + 1), String.fromCharCode(97 + random(26)))
    if (random(3) === 0) asked.push(w.settle())
    if (random(4) === 0) (random(2) ? a : b).arrived(far.version)
    if (random(5) === 0) await Promise.resolve()
  }
  await Promise.all([...asked, a.settle(), b.settle()])
  a.arrived(far.version)
  b.arrived(far.version)
  await Promise.all([a.settle(), b.settle()])
  expect(a.text).toBe(far.doc.toString())
  expect(b.text).toBe(far.doc.toString())
  expect(far.doc.length).toBe(45)
})

test('somebody who never pauses is sent all the same', async () => {
  vi.useFakeTimers()
  try {
    const far = new Authority_('')
    const w = new Writing('', far, hooks(), [])
    for (let i = 0; i < 100; i++) {
      type(w, i, 'x')
      await vi.advanceTimersByTimeAsync(10)
    }
    expect(far.pushes).toBeGreaterThan(10)
    expect(far.doc.length).toBeGreaterThan(80)
    await w.close()
  } finally {
    vi.useRealTimers()
  }
})

test('what is typed is sent between two keys, all of it at once, and nothing arrives sooner', async () => {
  const far = new Authority_('')
  let waiting: (() => void)[] = []
  const next = async () => {
    for (const fn of waiting.splice(0)) fn()
    await new Promise((ok) => setTimeout(ok))
  }
  const w = new Writing('', far, { ...hooks(), between: (fn) => void waiting.push(fn) }, [])
  await w.settle()
  type(w, 0, 'a')
  type(w, 1, 'b')
  expect(far.pushes).toBe(0)
  expect(waiting.length).toBe(1)
  await next()
  expect(far.doc.toString()).toBe('ab')
  expect(far.pushes).toBe(1)
  await next()
  far.other(0, 0, 'theirs ')
  w.arrived(far.version)
  await new Promise((ok) => setTimeout(ok))
  expect(w.text).toBe('ab')
  await next()
  expect(w.text).toBe('theirs ab')
})

test('half of an emoji that is replaced is sent as a whole one', async () => {
  const far = new Authority_('a😀b')
  const w = new Writing('a😀b', far, hooks(), [])
  await w.settle()
  w.take(w.state.update({ changes: { from: 2, to: 3, insert: '\ude01' } }))
  await w.settle()
  expect(far.doc.toString()).toBe('a😁b')
  expect(JSON.stringify(far.updates)).not.toMatch(/\\u[dD][89a-fA-F]/)
  expect(w.text).toBe('a😁b')
})
