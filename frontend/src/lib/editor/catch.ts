// Keys typed between asking for a new text and its being there. Without this
// the first letters after Enter would land in the text before, or nowhere.

let catcher: HTMLTextAreaElement | null = null
let timer: ReturnType<typeof setTimeout> | undefined

/** Takes the keyboard until the new text begins, or a moment has passed. */
export function catchKeys(): void {
  if (!catcher) {
    catcher = document.createElement('textarea')
    catcher.className = 'sr'
    catcher.setAttribute('aria-label', 'The text that is being added')
    catcher.style.position = 'fixed'
    document.body.append(catcher)
  }
  catcher.focus({ preventScroll: true })
  clearTimeout(timer)
  timer = setTimeout(caught, 4000)
}

/** Does it have the keyboard now? */
export const catching = (): boolean => catcher !== null && document.activeElement === catcher

/** What was typed meanwhile; the keyboard is free again. */
export function caught(): string {
  const typed = catcher?.value ?? ''
  catcher?.remove()
  catcher = null
  clearTimeout(timer)
  return typed
}
