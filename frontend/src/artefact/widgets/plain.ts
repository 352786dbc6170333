import type { Type, Value } from '$lib/backend'
import { followable } from '$lib/editor/markdown'

/** Reads a value as it was typed, or says what to write. The record judges again. */
export function plain(type: Type, typed: string): { value: Value } | { wrong: string } {
  if (typed === '') return { value: null }
  switch (type) {
    case 'number': {
      const n = Number(typed.replace(/[\s ]/g, '').replace(',', '.'))
      return Number.isFinite(n) ? { value: n } : { wrong: 'Write a number, such as 1.9.' }
    }
    case 'hours':
      return hours.test(typed) ? { value: typed } : { wrong: 'Write hours such as Mon-Fri 09:00-17:30.' }
    case 'link': {
      const to = followable(typed)
      return to ? { value: to } : { wrong: 'Write an address that begins with https:// or mailto:.' }
    }
  }
  return { value: typed }
}

const day = '(?:mon|tue|wed|thu|fri|sat|sun)'
const time = '\\d{1,2}:\\d\\d'
const span = `${day}(?:\\s*[-–]\\s*${day})?\\s+${time}\\s*[-–]\\s*${time}`
const hours = new RegExp(`^${span}(?:\\s*[,;]\\s*${span})*$`, 'i')
