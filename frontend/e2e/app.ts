// The real program, served to a real browser: one process and one data folder
// for each person.
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { test as base, expect, type Browser, type Page } from '@playwright/test'

export const program = process.env.LONGHAND ?? fileURLToPath(new URL('../../build/bin/longhand', import.meta.url))
/** Every call takes up to so many milliseconds longer, as on a computer that is busy: what depends on its speed then fails. */
const slow = Number(process.env.LONGHAND_SLOW ?? 0)
export const passphrase = 'harbour thimble oat lantern'

/** One person’s Longhand. */
export class Desk {
  readonly dir = mkdtempSync(join(tmpdir(), 'longhand-e2e-'))
  #process: ChildProcess | undefined
  readonly errors: string[] = []
  #page: Page | undefined

  constructor(readonly browser: Browser) {}

  /** Writes the passphrase file, for commands of somebody who has no window open. */
  async write(): Promise<string> {
    const file = join(this.dir, 'passphrase')
    writeFileSync(file, passphrase, { mode: 0o600 })
    return file
  }

  /** Starts the program and shows its window; where no passphrase is given there is no keyring either. */
  async open(given = true): Promise<Page> {
    const pass = given ? ['--passphrase-file', await this.write()] : []
    const env = given ? process.env : { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' }
    const p = spawn(program, ['--data', join(this.dir, 'data'), ...pass, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'], env })
    this.#process = p
    const url = await new Promise<string>((ok, no) => {
      p.once('error', no)
      p.once('exit', (code) => no(new Error(`${program} serve ended with ${code}`)))
      createInterface({ input: p.stdout }).on('line', (line) => line.startsWith('READY ') && ok(line.slice(6)))
    })
    const page = await (await this.browser.newContext()).newPage()
    this.#page = page
    page.on('pageerror', (e) => this.errors.push(e.message))
    page.on('console', (m) => m.type() === 'error' && this.errors.push(m.text()))
    if (slow) await page.route('**/bridge/call', async (route) => (await new Promise((ok) => setTimeout(ok, slow * Math.random())), route.continue()))
    await page.goto(url)
    return page
  }
  /** Ends the program as the system would, or as a power cut would. */
  async close(how: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    const p = this.#process
    this.#process = undefined
    if (!p || p.exitCode !== null || p.signalCode !== null) return
    p.removeAllListeners('exit')
    await new Promise<void>((ok) => {
      p.once('exit', () => ok())
      p.kill(how)
    })
  }
  async gone(): Promise<void> {
    // The window goes first: one whose program went away complains, and rightly.
    await this.#page?.context().close()
    await this.close()
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Starts the team Saltmarsh as Ines Carvalho. */
export async function startTeam(page: Page, me = 'Ines Carvalho'): Promise<void> {
  await page.getByLabel('Team name').fill('Saltmarsh')
  await page.getByLabel('Your name').fill(me)
  await choosePassphrase(page)
  await page.getByRole('button', { name: 'Start Saltmarsh' }).click()
  await expect(page.getByRole('heading', { name: 'Nothing decided in writing yet' })).toBeVisible()
}

/** Chooses a passphrase, where this computer has no keyring. */
export async function choosePassphrase(page: Page): Promise<void> {
  const secret = page.getByLabel('Passphrase', { exact: true })
  if (!(await secret.count())) return
  await secret.fill(passphrase)
  await page.getByLabel('The passphrase again').fill(passphrase)
}

/** Gives the team a folder to travel by. */
export async function addRelay(page: Page, folder: string): Promise<void> {
  await go(page, 'team')
  await page.getByRole('button', { name: 'Add a relay' }).first().click()
  await page.getByLabel('Folder or server').fill(folder)
  await page.getByRole('button', { name: 'Use it' }).click()
  await expect(page.getByText(`Folder, ${folder}`)).toBeVisible()
}

/** Calls the program as the page does. */
export const call = <T>(page: Page, method: string, ...args: unknown[]): Promise<T> =>
  page.evaluate(([m, a]) => (window as never as { go: { app: { App: Record<string, (...a: unknown[]) => Promise<unknown>> } } }).go.app.App[m as string]!(...(a as unknown[])), [method, args]) as Promise<T>

/** Lets all of them send and read until something holds. */
export async function until(pages: Page[], holds: () => Promise<void>): Promise<void> {
  await expect(async () => {
    for (const p of pages) await call(p, 'SyncNow').catch(() => {})
    await holds()
  }).toPass({ timeout: 60_000 })
}

/** Raises a decision by its key, and gives it a title. */
export async function raise(page: Page, title: string): Promise<void> {
  await page.keyboard.press('d')
  await expect(page.getByRole('textbox', { name: 'Title' })).toBeFocused()
  await page.keyboard.type(title)
}

export const go = (page: Page, place: string) => page.evaluate((p) => void (location.hash = '#/' + p), place)

type Fixtures = { folder: string; person: () => Desk; page: Page }

/** `folder` is one to share; `person` makes one more; `page` is a team that was just started. */
export const test = base.extend<Fixtures>({
  folder: async ({}, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'longhand-relay-'))
    await use(folder)
    rmSync(folder, { recursive: true, force: true })
  },
  // It takes the folder so that every program has ended before that goes.
  person: async ({ browser, folder: _ }, use) => {
    const all: Desk[] = []
    await use(() => {
      const d = new Desk(browser)
      all.push(d)
      return d
    })
    await Promise.all(all.map((d) => d.gone()))
    expect(all.flatMap((d) => d.errors)).toEqual([])
  },
  page: async ({ person }, use) => {
    const page = await person().open()
    await startTeam(page)
    await use(page)
  },
})
export { expect }
