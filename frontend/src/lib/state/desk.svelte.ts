import { backend, on, ready, silent, toProblem, whenSilent, type Boot, type Kind, type Person, type Problem, type Progress, type Shell, type Theme } from '$lib/backend'
import { betweenKeys, onceAtPause } from './quiet'
import { dayWords, clockOf, daysBetween, isDay, wallAt, wallWritten, type DayStyle, type Wall } from '$lib/time/day'

/**
 * What every screen needs to know: how far the program has come, the kinds,
 * the people, and what time it is here. One of these exists, see `desk`.
 */
class Desk {
  #boot = $state.raw<Boot>()
  #kinds = $state.raw<Kind[]>([])
  #people = $state.raw<Person[]>([])
  #others = $state.raw<Person[]>([])
  #shell = $state.raw<Shell>()
  #progress = $state.raw<Progress>()
  #problem = $state.raw<Problem>()
  #now = $state.raw(new Date())
  #silent = $state(false)
  #said = $state('')
  #saying: ReturnType<typeof setTimeout> | undefined
  #skew = 0
  #dark = $state(false)

  readonly #kindById = $derived(new Map(this.#kinds.map((k) => [k.id, k])))
  readonly #personById = $derived(new Map([...this.#others, ...this.#people].map((p) => [p.id, p])))

  get boot() {
    return this.#boot
  }
  get kinds() {
    return this.#kinds
  }
  get people() {
    return this.#people
  }
  get shell() {
    return this.#shell
  }
  get progress() {
    return this.#progress
  }
  /** What went wrong with the last thing done, until it is dismissed. */
  get problem() {
    return this.#problem
  }
  /** The program behind the page does not answer: nothing is being saved. */
  get silent() {
    return this.#silent
  }
  get now() {
    return this.#now
  }
  get here(): Wall {
    return wallAt(this.#now, this.zone)
  }
  get zone() {
    return this.#boot?.zone || 'UTC'
  }
  get host() {
    return this.#boot?.host ?? 'window'
  }
  get me() {
    return this.#personById.get(this.#boot?.me ?? '')
  }

  kind(id: string): Kind | undefined {
    return this.#kindById.get(id)
  }
  person(id: string): Person | undefined {
    return this.#personById.get(id)
  }
  /** Learns what people are called who are not of this team, but stand in an example. */
  meet(others: Person[]) {
    this.#others = others
  }
  /** A person’s whole name. */
  name(id: string): string {
    return this.person(id)?.name ?? (id ? 'someone' : '')
  }
  /** A person’s first name, or “You”. */
  first(id: string): string {
    const p = this.person(id)
    return p?.me ? 'You' : (p?.name.split(' ')[0] ?? (id ? 'someone' : ''))
  }

  /** A day or an instant in words. */
  day(when: string, style: DayStyle = 'short'): string {
    const w = this.wall(when)
    return w ? dayWords(w, style, this.here.year) : ''
  }
  /** An instant as near as it needs to be: 09:12, Wed 15:02, 4 Jun. */
  moment(when: string): string {
    const w = this.wall(when)
    if (!w) return ''
    const days = daysBetween(w, this.here)
    if (days === 0) return clockOf(w)
    return days > 0 && days < 7 ? `${dayWords(w, 'weekday', this.here.year).slice(0, 3)} ${clockOf(w)}` : dayWords(w, 'short', this.here.year)
  }
  /** The time of day of an instant. */
  clock(when: string): string {
    const w = this.wall(when)
    return w ? clockOf(w) : ''
  }
  wall(when: string): Wall | null {
    if (!when) return null
    if (isDay(when)) return wallWritten(when)
    const at = new Date(when)
    return Number.isNaN(at.getTime()) ? null : wallAt(at, this.zone)
  }

  /** The clock of another zone at an instant. */
  wallIn(instant: string, zone: string): Wall | null {
    const at = new Date(instant)
    return Number.isNaN(at.getTime()) ? null : wallAt(at, zone)
  }

  /** What was just done and cannot be seen, such as copying; for a moment. */
  get said() {
    return this.#said
  }
  say(words: string) {
    this.#said = words
    clearTimeout(this.#saying)
    this.#saying = setTimeout(() => (this.#said = ''), 4000)
  }

  fail(thrown: unknown) {
    this.#problem = toProblem(thrown)
  }
  dismiss() {
    this.#problem = undefined
  }
  /** Does something; what goes wrong is shown at the top of the page. */
  async try<T>(does: () => Promise<T>): Promise<T | undefined> {
    try {
      const out = await does()
      this.#problem = undefined
      return out
    } catch (e) {
      this.fail(e)
      return undefined
    }
  }

  async start(): Promise<void> {
    await ready()
    whenSilent((hears) => {
      this.#silent = !hears
      this.#problem = hears ? undefined : silent
    })
    on('boot', (b) => void this.enter(b))
    on('status', (s) => betweenKeys(() => (this.#shell = s)))
    on('progress', (p) => betweenKeys(() => (this.#progress = p.ended ? undefined : p)))
    on('changed', onceAtPause(() => void this.#names()))
    const dark = window.matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', () => this.#paint())
    setInterval(() => (this.#now = new Date(Date.now() + this.#skew)), 15_000)
    await this.enter(await backend.boot())
  }

  /** Takes over what the program says about itself, and reads what is open. */
  async enter(boot: Boot): Promise<void> {
    this.#skew = boot.now ? new Date(boot.now).getTime() - Date.now() : 0
    if (!Number.isFinite(this.#skew)) this.#skew = 0
    this.#now = new Date(Date.now() + this.#skew)
    if (boot.state === 'open') {
      const [kinds, people, shell] = await Promise.all([backend.kinds(), backend.people(), backend.shell()])
      this.#kinds = kinds
      this.#people = people
      this.#shell = shell
    }
    this.#boot = boot
    this.#paint()
  }

  async #names() {
    if (this.#boot?.state !== 'open') return
    try {
      const [people, shell] = await Promise.all([backend.people(), backend.shell()])
      await new Promise<void>(betweenKeys)
      this.#people = people
      this.#shell = shell
      // Who has just been let in may read the first records before the team’s name.
      if (!this.#boot.team) this.#boot = { ...this.#boot, team: (await backend.boot()).team }
    } catch {
      // The screen that is shown reads too, and says what went wrong.
    }
  }

  get dark() {
    return this.#dark
  }
  get theme(): Theme {
    return this.#boot?.theme ?? 'system'
  }
  async setTheme(theme: Theme) {
    if (this.#boot) this.#boot = { ...this.#boot, theme }
    this.#paint()
    await this.try(() => backend.setTheme(theme))
  }
  #paint() {
    const theme = this.theme
    this.#dark = theme === 'dark' || (theme === 'system' && window.matchMedia('(prefers-color-scheme: dark)').matches)
    document.documentElement.dataset.theme = this.#dark ? 'dark' : 'light'
  }

  get keys() {
    return this.#boot?.keys ?? true
  }
  async setKeys(keys: boolean) {
    if (this.#boot) this.#boot = { ...this.#boot, keys }
    await this.try(() => backend.setKeys(keys))
  }
}

export const desk = new Desk()
