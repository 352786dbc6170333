// While somebody types, everything else waits its turn. What changed elsewhere
// is read at a pause; what has to be shown sooner is shown between two keys,
// right after one was painted, when the next is furthest away. Done at any
// other moment it would hold up a key, or take the frame that the key needs.

/** How long without a key is a pause, and how long anything waits for one. */
export const pause = 150
export const atMost = 1500
/** How long a frame that was painted has for being put on the screen before anything more begins. */
const shown = 8
/** How soon after a key, once it is shown, something more may still begin. */
const room = 25

let lastKey = -Infinity
let painted = true
let waiting: (() => void)[] = []
let timer: ReturnType<typeof setTimeout> | undefined

function release(): void {
  clearTimeout(timer)
  timer = undefined
  const now = waiting
  waiting = []
  for (const fn of now) fn()
}

function key(): void {
  lastKey = performance.now()
  if (!painted) return
  painted = false
  // What is asked for in a frame comes after the frame is painted.
  requestAnimationFrame(() =>
    setTimeout(() => {
      painted = true
      release()
    }, shown),
  )
}
if (typeof addEventListener === 'function') addEventListener('keydown', key, { capture: true, passive: true })

/** Was a key pressed since then? */
export const typedSince = (then: number): boolean => lastKey > then

/** For tests: as if a key had been pressed now. */
export const pressed = key

/** Calls fn where it makes no key late: at once when nobody types, else after the next paint of a key. In the order of asking. */
export function betweenKeys(fn: () => void): void {
  const since = performance.now() - lastKey
  if (!waiting.length && (since >= pause || (painted && since < room))) return fn()
  waiting.push(fn)
  timer ??= setTimeout(release, Math.max(0, pause - since))
}

/** A function that has fn called at the next pause, once for however often it was asked. */
export function onceAtPause(fn: () => void): () => void {
  let asked = false
  return () => {
    if (asked) return
    asked = true
    atPause(() => {
      asked = false
      fn()
    })
  }
}

/** Calls fn at the next pause: at once when nobody types. */
export function atPause(fn: () => void): void {
  const asked = performance.now()
  const look = () => {
    const now = performance.now()
    const wait = Math.min(lastKey + pause, asked + atMost) - now
    if (wait <= 0) betweenKeys(fn)
    else setTimeout(look, wait)
  }
  look()
}
