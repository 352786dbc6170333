import { beforeEach, expect, test, vi } from 'vitest'
import { Keys } from './keys'

const did = { d: vi.fn(), work: vi.fn(), find: vi.fn() }
let time = 0
let on = true
const keys = () => new Keys({ letters: { d: did.d }, go: { o: did.work, d: vi.fn() }, mod: { k: did.find } }, () => on, () => time)
const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, isComposing: false, target: null, ...more })

beforeEach(() => {
  vi.clearAllMocks()
  time = 1
  on = true
})

test('a letter does what it says', () => {
  expect(keys().press(press('d'))).toBe(true)
  expect(did.d).toHaveBeenCalledOnce()
})

test('G waits a moment for where to', () => {
  const k = keys()
  k.press(press('g'))
  time += 500
  expect(k.press(press('o'))).toBe(true)
  expect(did.work).toHaveBeenCalledOnce()
  k.press(press('g'))
  time += 5000
  k.press(press('d'))
  expect(did.d).toHaveBeenCalledOnce()
})

test('letters are text while typing, and off when switched off', () => {
  const typing = { closest: (s: string) => (s.includes('input') ? {} : null) }
  expect(keys().press(press('d', { target: typing }))).toBe(false)
  on = false
  expect(keys().press(press('d'))).toBe(false)
  expect(did.d).not.toHaveBeenCalled()
})

test('Ctrl and ⌘ keys work everywhere', () => {
  on = false
  keys().press(press('K', { ctrlKey: true, target: { isContentEditable: true, closest: () => null } }))
  keys().press(press('k', { metaKey: true }))
  expect(did.find).toHaveBeenCalledTimes(2)
})

test('half-composed characters and Alt are left alone', () => {
  expect(keys().press(press('d', { isComposing: true }))).toBe(false)
  expect(keys().press(press('d', { altKey: true }))).toBe(false)
})
