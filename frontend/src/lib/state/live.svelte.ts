import { on, toProblem, type Problem } from '$lib/backend'
import { betweenKeys, onceAtPause } from './quiet'

/**
 * What a screen shows of the record: read once, and read again whenever
 * something changed, here or by sync. Reads never overlap; a change during a
 * read leads to one more. What was read is shown between keys.
 */
export class Live<T> {
  #value = $state.raw<T>()
  #problem = $state.raw<Problem>()
  #reading = false
  #again = false
  #done: Promise<void> | undefined
  /** A value was put in place since the read began, which does not know of it. */
  #put = false
  readonly #read: () => Promise<T>

  constructor(read: () => Promise<T>) {
    this.#read = read
  }

  get value() {
    return this.#value
  }
  get problem() {
    return this.#problem
  }

  /** Puts a value in place at once, before the record confirms it. */
  put(value: T) {
    this.#value = value
    this.#put = true
  }

  /** Reads again; done when what was there at the call has been read. */
  reload(): Promise<void> {
    if (!this.#reading) return (this.#done = this.#readAll())
    this.#again = true
    return this.#done!
  }
  async #readAll(): Promise<void> {
    this.#reading = true
    try {
      do {
        this.#again = this.#put = false
        const value = await this.#read()
        if (this.#value !== undefined) await new Promise<void>(betweenKeys)
        if (this.#put) this.#again = true
        else this.#value = value
        this.#problem = undefined
      } while (this.#again)
    } catch (e) {
      this.#problem = toProblem(e)
    } finally {
      this.#reading = false
    }
    if (this.#again) await this.reload()
  }

  /** Reads now and at every change that concerns it; returns what stops it. */
  start(concerns: (docs: string[]) => boolean = () => true): () => void {
    void this.reload()
    const again = onceAtPause(() => void this.reload())
    return on('changed', (e) => {
      if (concerns(e.docs ?? [])) again()
    })
  }
}
