import { expect, test, vi } from 'vitest'

vi.stubGlobal('window', { addEventListener: () => {} })
vi.stubGlobal('location', { hash: '' })
const { beginWith } = await import('./form.svelte')

const asked = { named: true, me: 'Ines Carvalho', from: '09:00', until: '17:30', passphrase: '', again: '', keyring: true }
const wrong = (of: Partial<typeof asked>) => Object.entries(beginWith({ ...asked, ...of })).filter(([, w]) => w).map(([k]) => k)

test('what is asked for at the beginning', () => {
  expect(wrong({})).toEqual([])
  expect(wrong({ me: ' ' })).toEqual(['me'])
  expect(wrong({ me: '', from: '', named: false })).toEqual([])
  expect(wrong({ from: 'nine' })).toEqual(['hours'])
  expect(wrong({ from: '9:00' })).toEqual([])
})

test('a passphrase only where there is no keyring, long, and twice the same', () => {
  expect(wrong({ keyring: false })).toEqual(['passphrase'])
  expect(wrong({ keyring: false, passphrase: 'harbour thimble', again: 'harbour' })).toEqual(['passphrase'])
  expect(wrong({ keyring: false, passphrase: 'harbour thimble', again: 'harbour thimble' })).toEqual([])
})
