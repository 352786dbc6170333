import { expect, test } from 'vitest'
import { Live } from './live.svelte'

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
