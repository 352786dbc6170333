// Typing while somebody else’s edits arrive in the same text: nothing is lost,
// the caret stays where it belongs, and a key costs what it costs in a bare
// CodeMirror. The times are reported, never asserted. Both are typed into by
// turns, so that whatever else this computer does slows both alike, and both
// hold the same text, into which the same lines arrive.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { barePage } from './bare/build'
import { expect, program, raise, startTeam, test, type Desk } from './app'

const run = promisify(execFile)
// A trace photographs every frame, which costs more than the frame.
test.use({ trace: 'off' })

const letters = Number(process.env.LONGHAND_KEYS ?? 2000)
const delay = 50
const turn = 200

/** A command of one person’s Longhand: it goes to the program that has the data open. */
async function command(desk: Desk, input: string, ...args: string[]): Promise<string> {
  const p = run(program, ['--data', `${desk.dir}/data`, '--passphrase-file', `${desk.dir}/passphrase`, ...args])
  p.child.stdin?.on('error', () => {}) // one that ends before it has read says why by itself
  p.child.stdin?.end(input)
  return (await p).stdout.trim()
}

/** Collects, for every key, the time from the key to the frame after it, with what the page still had to do before it came to the key. */
async function watchKeys(page: Page): Promise<void> {
  await page.evaluate(() => {
    const times: number[] = []
    ;(window as never as { keyTimes: number[] }).keyTimes = times
    addEventListener(
      'keydown',
      (e) => {
        const from = e.timeStamp
        requestAnimationFrame(() => {
          const c = new MessageChannel()
          c.port1.onmessage = () => times.push(performance.now() - from)
          c.port2.postMessage(0)
        })
      },
      { capture: true },
    )
  })
}
const keyTimes = (page: Page) => page.evaluate(() => (window as never as { keyTimes: number[] }).keyTimes)
const at = (times: number[], q: number) => times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(q * times.length))]!

const text = (n: number) => {
  const words = 'a refund under fifty pounds waits for a person and the money is in the wrong account '
  return words.repeat(Math.ceil(n / words.length)).slice(0, n - 1) + '.'
}

test('two thousand letters while another person’s edits arrive', async ({ person, folder }) => {
  test.setTimeout(60_000 + letters * delay * 4)
  const [ines, tom] = [person(), person()]
  const page = await ines.open()
  await startTeam(page)
  await command(ines, '', 'relay', 'add', `folder:${folder}`)
  const code = await command(ines, '', 'team', 'invite')
  await tom.write()
  await command(tom, '', 'team', 'join', code, '--me', 'Tom Ashworth', '--zone', 'Europe/London')
  await command(ines, '', 'sync')
  await command(tom, '', 'sync')
  await tom.open()

  await raise(page, 'Settle small refunds')
  await page.keyboard.press('Enter')
  await page.keyboard.type('Before.  After.')
  await page.keyboard.press('Escape')
  await expect(page.getByText(/^Saved here/)).toBeVisible()
  const [record] = JSON.parse(await command(ines, '', '--json', 'list', 'decision')) as { id: string }[]
  const id = record!.id
  await command(ines, '', 'sync')
  await command(tom, '', 'sync')

  const field = page.getByRole('textbox', { name: 'Context' })
  await field.click()
  await page.keyboard.press('Control+End')
  for (const _ of ' After.') await page.keyboard.press('ArrowLeft')
  await watchKeys(page)

  const bare = await page.context().browser()!.newPage({ viewport: page.viewportSize() })
  await bare.setContent(await barePage())
  await bare.getByRole('textbox', { name: 'Bare' }).click()
  await bare.keyboard.type('Before.  After.')
  for (const _ of ' After.') await bare.keyboard.press('ArrowLeft')
  await watchKeys(bare)

  const typed = text(letters)
  const lines: string[] = []
  // Somebody else writes and both sync, for as long as the keys come.
  let typing = true
  const others = (async () => {
    while (typing) {
      const line = `Tom’s line ${lines.length + 1} 🎉.`
      lines.push(line)
      await command(tom, line, 'write', id, 'context', '--append')
      await command(tom, '', 'sync')
      await command(ines, '', 'sync')
      await bare.evaluate((l) => (window as never as { arrive(l: string): void }).arrive(l), `\n${line}`)
      await new Promise((ok) => setTimeout(ok, 500))
    }
  })()
  try {
    for (let from = 0; from < letters; from += turn)
      for (const p of [page, bare]) await p.keyboard.type(typed.slice(from, from + turn), { delay })
  } finally {
    typing = false
  }
  await others
  const [ours, floor] = [await keyTimes(page), await keyTimes(bare)]
  await bare.close()
  await page.keyboard.type('|') // where the caret is
  await page.keyboard.press('Escape')
  await expect(page.getByText(/^Saved here/)).toBeVisible()
  await command(ines, '', 'sync')
  await command(tom, '', 'sync')
  await command(ines, '', 'sync')

  const there = (JSON.parse(await command(tom, '', '--json', 'show', id)) as { fields: { context: string } }).fields.context
  const here = (JSON.parse(await command(ines, '', '--json', 'show', id)) as { fields: { context: string } }).fields.context
  expect(here).toBe(there)
  expect(here).toContain(`Before. ${typed}| After.`) // every letter, in order, and the caret after the last
  for (const line of lines) expect(here).toContain(line)
  expect(lines.length).toBeGreaterThan(letters / 400)
  await expect(field).toContainText(lines.at(-1)!)

  const [p50, p99] = [at(ours, 0.5), at(ours, 0.99)]
  const [b50, b99] = [at(floor, 0.5), at(floor, 0.99)]
  const line = `key to paint: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms; bare CodeMirror p50 ${b50.toFixed(1)}, p99 ${b99.toFixed(1)}; ratio of p99 ${(p99 / b99).toFixed(2)} (${ours.length} keys, ${lines.length} edits of another person)`
  console.log(line)
  test.info().annotations.push({ type: 'measured', description: line })
})
