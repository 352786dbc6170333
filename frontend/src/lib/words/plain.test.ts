import { expect, test } from 'vitest'
import { plain } from './plain'

test.each([
  ['Make one with `longhand kit`, or on the Team screen.', 'Make one on the Team screen.'],
  ['Add one with `longhand relay add folder:PATH`, or on the Team screen.', 'Add one on the Team screen.'],
  ['`longhand list` and `longhand search` find its id. It may also not have arrived yet: sync.', 'It may also not have arrived yet: sync.'],
  ['Its owner settles it first: `longhand contested` shows the values, `longhand settle` keeps one.', 'Its owner settles it first.'],
  ['Ask an admin; `longhand team` shows who is.', 'Ask an admin.'],
  ['`longhand relay` lists them.', ''],
  ['Wait a moment, and try again.', 'Wait a moment, and try again.'],
  ['Ask example.org. Then try again.', 'Ask example.org. Then try again.'],
  ['', ''],
])('%s', (advice, said) => expect(plain(advice)).toBe(said))
