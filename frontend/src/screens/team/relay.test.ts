import { expect, test } from 'vitest'
import { relayOf } from './relay'

test.each([
  ['/srv/relay', 'folder:/srv/relay'],
  ['~/Relay/saltmarsh', 'folder:~/Relay/saltmarsh'],
  ['C:\\Relay', 'folder:C:\\Relay'],
  ['folder:/srv', 'folder:/srv'],
  ['https://relay.example/team', 'https://relay.example/team'],
  ['relay.example', 'https://relay.example'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
  ['http://relay.example', ''],
  ['ftp://relay.example', ''],
  ['somewhere', ''],
  ['', ''],
])('%s is %s', (typed, relay) => expect(relayOf(typed)).toBe(relay))
