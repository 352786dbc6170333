import { toProblem, type Boot, type Problem } from '$lib/backend'
import { desk } from '$lib/state/desk.svelte'

const timeForm = /^([01]?\d|2[0-3]):[0-5]\d$/

/** What the forms ask: who, when, and what keeps the key. */
export class Beginning {
  me = $state('')
  from = $state('09:00')
  until = $state('17:30')
  passphrase = $state('')
  again = $state('')
  /** Name and hours are asked for: not from a person whom the team knows. */
  named = $state(true)
  wrong = $state<Record<string, string>>({})
  #problem = $state.raw<Problem>()
  #going = $state(false)
  readonly keyring: boolean

  constructor(boot: Boot) {
    this.me = boot.name ?? ''
    this.keyring = boot.keyring
  }
  get problem() {
    return this.#problem
  }
  get going() {
    return this.#going
  }
  get hours() {
    return `Mon-Fri ${this.from.padStart(5, '0')}-${this.until.padStart(5, '0')}`
  }

  /** Says beside each field what it still needs. */
  check(more: Record<string, string> = {}): boolean {
    this.wrong = Object.fromEntries(Object.entries({ ...more, ...beginWith(this) }).filter(([, w]) => w))
    return Object.keys(this.wrong).length === 0
  }

  async go(does: () => Promise<Boot>): Promise<void> {
    if (this.#going) return
    this.#going = true
    this.#problem = undefined
    try {
      await desk.enter(await does())
    } catch (e) {
      this.#problem = toProblem(e)
    } finally {
      this.#going = false
    }
  }
}

type Asked = Pick<Beginning, 'named' | 'me' | 'from' | 'until' | 'passphrase' | 'again' | 'keyring'>

/** What each field still needs, by its name; "" when nothing. */
export function beginWith(a: Asked): Record<string, string> {
  const times = timeForm.test(a.from.trim()) && timeForm.test(a.until.trim())
  const pass = a.keyring ? '' : a.passphrase.length < 12 ? 'Write at least 12 characters; four plain words are good.' : a.passphrase !== a.again ? 'The two are not the same.' : ''
  return {
    me: !a.named || a.me.trim() ? '' : 'Write the name your team knows you by.',
    hours: !a.named || times ? '' : 'Write times such as 09:00 and 17:30.',
    passphrase: pass,
  }
}
