import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { atMost, atPause, betweenKeys, onceAtPause, pause, pressed } from './quiet'

const frame = 16
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  vi.stubGlobal('requestAnimationFrame', (fn: () => void) => setTimeout(fn, frame))
})
afterEach(() => {
  vi.advanceTimersByTime(10 * pause) // what one test pressed is painted before the next
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

test('nobody types: at once', () => {
  vi.advanceTimersByTime(10_000)
  const fn = vi.fn()
  atPause(fn)
  expect(fn).toHaveBeenCalledOnce()
})

test('it waits for a pause between keys', () => {
  vi.advanceTimersByTime(20_000)
  const fn = vi.fn()
  pressed()
  atPause(fn)
  for (let i = 0; i < 5; i++) {
    vi.advanceTimersByTime(pause - 50)
    pressed()
  }
  expect(fn).not.toHaveBeenCalled()
  vi.advanceTimersByTime(pause)
  expect(fn).toHaveBeenCalledOnce()
})

test('somebody who never pauses sees it all the same', () => {
  vi.advanceTimersByTime(30_000)
  const fn = vi.fn()
  pressed()
  atPause(fn)
  for (let t = 0; t < atMost; t += 50) {
    vi.advanceTimersByTime(50)
    pressed()
  }
  vi.advanceTimersByTime(49) // the last key is painted
  expect(fn).toHaveBeenCalledOnce()
})

test('however often it was asked, once at the pause', () => {
  vi.advanceTimersByTime(40_000)
  const fn = vi.fn()
  const ask = onceAtPause(fn)
  pressed()
  ask()
  ask()
  vi.advanceTimersByTime(pause)
  expect(fn).toHaveBeenCalledOnce()
  ask()
  expect(fn).toHaveBeenCalledTimes(2)
})

test('between keys: at once when nobody types', () => {
  vi.advanceTimersByTime(50_000)
  const fn = vi.fn()
  betweenKeys(fn)
  expect(fn).toHaveBeenCalledOnce()
})

test('between keys: after the key is painted, in the order of asking', () => {
  vi.advanceTimersByTime(60_000)
  const did: string[] = []
  pressed()
  betweenKeys(() => did.push('one'))
  betweenKeys(() => did.push('two'))
  vi.advanceTimersByTime(frame)
  expect(did).toEqual([])
  vi.advanceTimersByTime(10)
  expect(did).toEqual(['one', 'two'])
})

test('between keys: late after one key it waits for the next, or for none', () => {
  vi.advanceTimersByTime(70_000)
  const fn = vi.fn()
  pressed()
  vi.advanceTimersByTime(45)
  betweenKeys(fn)
  expect(fn).not.toHaveBeenCalled() // the next key may come any moment
  vi.advanceTimersByTime(5)
  pressed()
  expect(fn).not.toHaveBeenCalled()
  vi.advanceTimersByTime(frame + 10)
  expect(fn).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(15)
  betweenKeys(fn)
  expect(fn).toHaveBeenCalledOnce()
  vi.advanceTimersByTime(pause)
  expect(fn).toHaveBeenCalledTimes(2)
})
