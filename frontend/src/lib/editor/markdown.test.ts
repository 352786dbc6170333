import { expect, test } from 'vitest'
import { drawn, followable, hostOf, readable } from './markdown'

const flat = (text: string, single = false) => drawn(text, single).map((line) => line.map((s) => (s.class ? `${s.class}:${s.text}` : s.text)))

test('every character is drawn, in order', () => {
  const text = '# A head\n\nSome **bold** and *it*.\n- one\n- two\n\n\n> said <b>so</b>\nend\n'
  expect(drawn(text).map((l) => l.map((s) => s.text).join('')).join('\n')).toBe(text)
})

test('signs stay and are dimmed', () => {
  expect(flat('a **b** c')).toEqual([['a ', 'md-strong md-sign:**', 'md-strong:b', 'md-strong md-sign:**', ' c']])
})

test('a list has its own mark, so that it can hang', () => {
  expect(flat('- one')[0]?.[0]).toBe('md-item:-')
})

test('an empty line has no spans', () => {
  expect(drawn('a\n\nb').map((l) => l.length)).toEqual([1, 0, 1])
  expect(drawn('')).toEqual([[]])
})

test('a single line knows no blocks', () => {
  expect(flat('# 3 of 4', true)).toEqual([['# 3 of 4']])
  expect(flat('- 5 °C', true)).toEqual([['- 5 °C']])
})

test('HTML is only characters', () => {
  expect(flat('<script>x</script>')).toEqual([['<script>x</script>']])
})

test('only web and mail addresses lead anywhere', () => {
  const leads = (text: string) => drawn(text).flat().map((s) => s.href).filter(Boolean)
  expect(leads('see [it](https://example.org/a)')).toContain('https://example.org/a')
  expect(leads('see [it](javascript:alert(1))')).toEqual([])
  expect(leads('see [it](file:///etc/passwd)')).toEqual([])
  expect(followable('<https://example.org>')).toBe('https://example.org')
  expect(followable('www.example.org/x')).toBe('https://www.example.org/x')
  expect(followable('tom@example.org')).toBe('mailto:tom@example.org')
  expect(followable('JAVASCRIPT:alert(1)')).toBe('')
  expect(followable('data:text/html,x')).toBe('')
  expect(hostOf('https://example.org:8080/x')).toBe('example.org:8080')
})

test('what is only read has no signs, and a link shows its host', () => {
  const read = (text: string) => drawn(text).map((l) => readable(l).map((s) => s.text).join('')).join('\n')
  expect(read('- **nine** of *2,140*')).toBe('– nine of 2,140')
  expect(read('see [the counts](https://example.org/a?b)')).toBe('see the counts (example.org)')
  expect(read('at https://example.org/a')).toBe('at https://example.org/a')
  expect(read('# Head')).toBe(' Head')
})
