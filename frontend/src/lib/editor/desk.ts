// The texts that are open in the window, by document and path, and the one
// listener that tells them of edits made elsewhere.
import { backend, on, toProblem, type Problem } from '$lib/backend'
import type { Extension } from '@codemirror/state'
import { betweenKeys } from '$lib/state/quiet'
import { allHere } from './catch'
import { keepStill } from './still'
import { mark } from './unsent.svelte'
import { Writing } from './writing'

const open = new Map<string, Writing>()
const key = (id: string, path: string) => `${id}\n${path}`
let listening = false

export interface Asked {
  id: string
  path: string
  text: string
  extensions: Extension
  changed(): void
  failed(problem: Problem | undefined): void
}

/** Begins to write a text. */
export function write(a: Asked): Writing {
  if (!listening) {
    listening = true
    on('text', (e) => open.get(key(e.id, e.path))?.arrived(e.version))
    addEventListener('beforeunload', () => {
      for (const w of open.values()) void w.settle()
    })
  }
  const writing = new Writing(
    a.text,
    {
      open: () => backend.openText(a.id, a.path),
      push: (version, updates) => backend.pushText(a.id, a.path, version, updates),
      pull: async (version) => (await backend.pullText(a.id, a.path, version)) ?? [],
      close: () => backend.closeText(a.id, a.path),
      flush: () => backend.flush(a.id),
    },
    { between: betweenKeys, arrive: keepStill, changed: a.changed, failed: a.failed, unsent: mark, problemOf: toProblem },
    a.extensions,
  )
  open.set(key(a.id, a.path), writing)
  return writing
}

/**
 * Sends and commits what was typed, also into a text that is still on its way, before something is done with the whole of a document. What stands
 * beside it may be of another document, such as what last week’s promises became.
 */
export async function settle(id: string): Promise<void> {
  await allHere(id)
  await Promise.all([...open.values()].map((w) => w.settle()))
  await backend.flush(id)
}

/** Ends it: what was typed is sent and committed first. */
export async function finish(id: string, path: string, writing: Writing): Promise<void> {
  if (open.get(key(id, path)) === writing) open.delete(key(id, path))
  await writing.close()
}
