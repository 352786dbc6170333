// Reads `go test -json`, prints what failed with its output, the reasons for
// skips, the seeds of random suites, and the counts.
import { createInterface } from 'node:readline'

const output = new Map()
const counts = { pass: 0, fail: 0, skip: 0 }
let packagesFailed = 0
for await (const line of createInterface({ input: process.stdin })) {
  let e
  try {
    e = JSON.parse(line)
  } catch {
    console.log(line) // a build that failed speaks plainly
    continue
  }
  const key = `${e.Package ?? e.ImportPath} ${e.Test ?? ''}`
  if (e.Action === 'output' || e.Action === 'build-output') {
    const text = e.Output ?? ''
    output.set(key, (output.get(key) ?? '') + text)
    if (/^(?!\s*(===|---)).*\bseed\b.*\d/.test(text)) process.stdout.write(`${e.Package} ${text.trim()}\n`)
  } else if (e.Test && e.Action in counts) {
    counts[e.Action]++
    if (e.Action === 'skip') console.log(`skipped ${key}: ${(output.get(key) ?? '').trim().split('\n').slice(-2).join(' ').trim()}`)
    if (e.Action === 'fail') console.log(`FAILED ${key}\n${output.get(key) ?? ''}`)
  } else if (e.Action === 'fail' || e.Action === 'build-fail') {
    packagesFailed++
    console.log(`FAILED ${key}\n${output.get(key) ?? ''}`)
  }
}
console.log(`${counts.pass} passed, ${counts.fail} failed, ${counts.skip} skipped`)
process.exit(counts.fail || packagesFailed ? 1 : 0)
