import { tick } from 'svelte'

/** Gives the focus back to what had it, once what took it has gone, if nothing else has it by then. */
export async function giveBack(from: Element | null, otherwise?: () => HTMLElement | null | undefined): Promise<void> {
  await tick()
  if (document.activeElement && document.activeElement !== document.body) return
  const to = from?.isConnected && from !== document.body ? (from as HTMLElement) : otherwise?.()
  to?.focus({ preventScroll: true })
}
