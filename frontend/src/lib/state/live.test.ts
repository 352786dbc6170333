import { expect, test, vi } from 'vitest'

vi.stubGlobal('window', {})
const { Live } = await import('./live.svelte')

/** A read that ends when told to. */
function slow() {
  const ends: ((n: number) => void)[] = []
  return { read: () => new Promise<number>((ok) => ends.push(ok)), ends }
}

test('to read again while a read runs is to wait for one that begins after it', async () => {
  const { read, ends } = slow()
  const live = new Live(read)
  void live.reload()
  let done = false
  const second = live.reload().then(() => (done = true))
  ends[0]!(1)
  await vi.waitFor(() => expect(ends).toHaveLength(2))
  expect(done).toBe(false)
  ends[1]!(2)
  await second
  expect(live.value).toBe(2)
})

test('a read that fails keeps what was read before, and says why', async () => {
  let n = 0
  const live = new Live(async () => (n++ ? Promise.reject(new Error('no')) : n))
  await live.reload()
  await live.reload()
  expect(live.value).toBe(1)
  expect(live.problem).toBeDefined()
})

test('what is put in place while an older value is being read stays, and it is read again', async () => {
  let read: ((v: string) => void)[] = []
  const live = new Live(() => new Promise<string>((ok) => read.push(ok)))
  const done = live.reload()
  read.shift()!('old')
  await done
  expect(live.value).toBe('old')

  const again = live.reload()
  live.put('chosen')
  read.shift()!('old')
  await Promise.resolve()
  await Promise.resolve()
  expect(live.value).toBe('chosen')
  read.shift()!('chosen, and kept')
  await again
  expect(live.value).toBe('chosen, and kept')
})
