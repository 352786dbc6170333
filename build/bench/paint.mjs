// Time from starting the program to the first list painted, on a store with
// many artefacts against an empty one, in interleaved pairs.
//
//   node build/bench/paint.mjs EMPTY FULL PAIRS
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { chromium } from '../../frontend/node_modules/@playwright/test/index.mjs'

const [empty, full, pairs = '7'] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
})

async function once(data) {
  const from = performance.now()
  const p = spawn('build/bin/longhand', ['--data', data, '--passphrase-file', process.env.PASSPHRASE, 'serve'], { stdio: ['ignore', 'pipe', 'inherit'] })
  const url = await new Promise((ok) => createInterface({ input: p.stdout }).on('line', (l) => l.startsWith('READY ') && ok(l.slice(6))))
  const context = await browser.newContext({ viewport: { width: 1360, height: 860 } })
  const page = await context.newPage()
  await page.goto(url)
  // The heading of the empty log, or the first row; then two frames.
  await page.waitForFunction(() => document.querySelector('[role=rowgroup] [role=row]') ?? document.querySelector('main h1'))
  await page.evaluate(() => new Promise((ok) => requestAnimationFrame(() => requestAnimationFrame(ok))))
  const rows = await page.locator('[role=rowgroup] [role=row]').count()
  const took = performance.now() - from
  await context.close()
  await new Promise((ok) => p.once('exit', ok) && p.kill())
  return { took, rows }
}

await once(empty) // the first start fills the system’s caches for both
const times = { empty: [], full: [] }
for (let i = 0; i < Number(pairs); i++) {
  for (const [name, data] of i % 2 ? [['full', full], ['empty', empty]] : [['empty', empty], ['full', full]]) {
    const { took, rows } = await once(data)
    if (name === 'full' && rows === 0) throw new Error('no rows were painted')
    times[name].push(took)
  }
}
const median = (a) => a.toSorted((x, y) => x - y)[a.length >> 1]
const [e, f] = [median(times.empty), median(times.full)]
console.log(`first list painted: empty ${e.toFixed(0)} ms, full ${f.toFixed(0)} ms, ratio ${(f / e).toFixed(2)} (median of ${pairs} interleaved pairs)`)
await browser.close()
