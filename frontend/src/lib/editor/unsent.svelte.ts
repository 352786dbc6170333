// Which documents have something typed that the Go side does not have yet.
// Until it has, nothing may say that they are saved.
import { SvelteMap } from 'svelte/reactivity'

const texts = new SvelteMap<string, number>()

/** Is something typed into this document still on its way? */
export const unsent = (id: string): boolean => texts.has(id)

/** One text of the document has something unsent, or has it no longer. */
export function mark(id: string, on: boolean): void {
  const n = (texts.get(id) ?? 0) + (on ? 1 : -1)
  if (n > 0) texts.set(id, n)
  else texts.delete(id)
}
