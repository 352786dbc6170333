// Whether something was typed in this window that the Go side does not have
// yet. Until it has, nothing may say that it is saved.

let texts = $state(0)

/** Is something that was typed still on its way? */
export const unsent = (): boolean => texts > 0

/** One more text has something unsent, or has it no longer. */
export function mark(on: boolean): void {
  texts += on ? 1 : -1
}
