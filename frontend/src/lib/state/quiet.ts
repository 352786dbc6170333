// While somebody types, what changed elsewhere can wait for a pause: reading a
// page again between two keys would make the second one late.

/** How long without a key is a pause, and how long anything waits for one. */
export const pause = 150
export const atMost = 1500

let lastKey = -Infinity
if (typeof addEventListener === 'function')
  addEventListener('keydown', () => (lastKey = performance.now()), { capture: true, passive: true })

/** For tests: as if a key had been pressed now. */
export const pressed = () => (lastKey = performance.now())

/** Calls fn at the next pause: at once when nobody types. */
export function atPause(fn: () => void): void {
  const asked = performance.now()
  const look = () => {
    const now = performance.now()
    const wait = Math.min(lastKey + pause, asked + atMost) - now
    if (wait <= 0) fn()
    else setTimeout(look, wait)
  }
  look()
}
