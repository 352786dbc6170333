import { expect, test } from 'vitest'
import { outwards } from './reach'

test('what is not there is looked for around it', () => {
  expect(outwards('options/7f/name')).toEqual(['options/7f/name', 'options/7f', 'options'])
  expect(outwards('owner')).toEqual(['owner'])
})
