import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { atMost, atPause, pause, pressed } from './quiet'

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

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
  expect(fn).toHaveBeenCalledOnce()
})
