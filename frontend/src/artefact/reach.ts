// To where something is missing.

const stops = '.still[tabindex], button:not([aria-disabled="true"]), input:not(:disabled), textarea, a[href]'

/** The path of a field or of a part of an item, and of what is around it: the nearest first. */
export function outwards(path: string): string[] {
  const parts = path.split('/')
  return parts.map((_, i) => parts.slice(0, parts.length - i).join('/'))
}

/** Puts the caret into the text of that path, or the focus onto what is there to be chosen or added. */
export function reach(path: string): boolean {
  for (const p of path ? outwards(path) : []) {
    const own = document.querySelector<HTMLElement>(`[data-path="${CSS.escape(p)}"]`)
    const at = document.querySelector<HTMLElement>(`[data-field="${CSS.escape(p)}"]`)
    const to = own ?? (at?.contains(document.activeElement) ? (document.activeElement as HTMLElement) : (at?.querySelector<HTMLElement>('.add') ?? at?.querySelector<HTMLElement>(stops)))
    if (!to) continue
    to.focus()
    document.activeElement?.scrollIntoView({ block: 'nearest' })
    return true
  }
  return false
}
