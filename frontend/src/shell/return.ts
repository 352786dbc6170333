// Coming back to a list finds it as it was left: where it was scrolled to, and
// at the row, or the link beside it, that was opened.
import { here } from '$lib/state/route.svelte'

interface Left {
  top: number
  to: string
}
const left = new Map<string, Left>()
/** How long a list may take to have its rows again. */
const patience = 2000

/** Remembers where one leaves from, and through which row or link. */
export function leave(from: string, to: string, top: number): void {
  left.set(from, { top, to })
}

/** Puts a list back as soon as its rows are there, unless one is elsewhere by then. */
export function comeBack(at: string, main: HTMLElement): void {
  const was = left.get(at)
  if (!was) return
  const until = performance.now() + patience
  const look = () => {
    const now = document.activeElement
    if (here().address !== at || (now !== main && now !== document.body)) return
    const row = main.querySelector<HTMLElement>(`[href="${CSS.escape(was.to)}"]`)
    const there = main.scrollHeight - main.clientHeight >= was.top
    if ((!row || !there) && performance.now() < until) return void requestAnimationFrame(look)
    main.scrollTop = was.top
    row?.focus({ preventScroll: true })
    row?.scrollIntoView({ block: 'nearest' })
  }
  look()
}
