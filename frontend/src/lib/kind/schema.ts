// What can be read off a kind without knowing which kind it is.
import type { Field, Kind, Mark, Page, Row, State } from '$lib/backend'

export function fieldOf(kind: Kind | undefined, path: string): Field | undefined {
  let fields = kind?.fields ?? []
  let found: Field | undefined
  for (const part of path.split('/')) {
    const next = fields.find((f) => f.key === part)
    if (!next) continue // the id of an item
    found = next
    fields = next.items ?? []
  }
  return found
}

/** The state as a person says it; what is derived from dates goes before what is stored. */
export function stateLabel(kind: Kind | undefined, of: Pick<Row, 'state' | 'derived'>): string {
  const derived = kind?.states.find((s) => s.derived && of.derived?.includes(s.id))
  return (derived ?? kind?.states.find((s) => s.id === of.state))?.label ?? of.state
}

export function markOf(state: State | undefined): Mark {
  return state?.mark ?? 'open'
}

/** How the items of a list are drawn, read off what they consist of. */
export type Shape =
  | 'options' // lettered; the first line is the name, one may be chosen
  | 'checks' // each is met or not
  | 'steps' // numbered, because their order or number matters
  | 'terms' // a short name, and what is said of it
  | 'dashes' // plain lines
  | 'rows' // a line, and beside it who and by when
  | 'small' // in the margin, or made of values only

export function shapeOf(list: Field): Shape {
  const parts = list.items ?? []
  const written = parts.filter((p) => p.type === 'line' || p.type === 'text')
  if (list.place === 'note' || !written.length) return 'small'
  const bool = parts.some((p) => p.type === 'bool')
  if (bool) return written.length > 1 ? 'options' : 'checks'
  if (list.max || parts.some((p) => p.after)) return 'steps'
  if (written.length === 1 && parts.some((p) => p.type === 'person')) return 'rows'
  if (parts.length === 2 && (written.length === 2 || (parts[0]!.type === 'choice' && written.length === 1))) return 'terms'
  return 'dashes'
}

/** Is only one item of the list allowed to have this part? A need of some state says so. */
export function exclusive(kind: Kind | undefined, list: string, part: string): boolean {
  return (kind?.states ?? []).some((s) => s.needs?.includes(`${list}.${part}=1`))
}

/** Parts of an item that are written come first, in their order; values stand beside them. */
export function parted(list: Field): { written: Field[]; values: Field[]; bool?: Field } {
  const parts = (list.items ?? []).filter((p) => !p.auto)
  const bool = parts.find((p) => p.type === 'bool')
  return {
    written: parts.filter((p) => p.type === 'line' || p.type === 'text'),
    values: parts.filter((p) => p.type !== 'line' && p.type !== 'text' && p.type !== 'bool'),
    ...(bool && { bool }),
  }
}

/** The fields that the sealing state of a kind needs, with a word about each. */
export function needed(kind: Kind): { key: string; label: string; hint: string }[] {
  const sealing = kind.states.find((s) => s.seals) ?? kind.states.find((s) => s.needs?.length)
  const keys = new Set((sealing?.needs ?? []).map((n) => /^[a-z-]+/.exec(n)?.[0]))
  const first = kind.fields.find((f) => f.type === 'text')
  return kind.fields
    .filter((f) => f === first || (keys.has(f.key) && f.type !== 'person'))
    .map((f) => ({ key: f.key, label: f.label, hint: said(f.help ?? f.items?.find((i) => i.help)?.help ?? '') }))
}

/** The first sentence of a help text, as it stands within a line. */
export function said(help: string): string {
  const first = /^[^.?!]*/.exec(help)?.[0] ?? ''
  return first.charAt(0).toLowerCase() + first.slice(1)
}

/** Who brought it where it is, and when: the latest step that sets a moment, or else its beginning. */
export function begun(kind: Kind | undefined, page: Page): { how: string; by: string; when: string } {
  const setting = new Set(kind?.states.filter((s) => s.sets).map((s) => s.id))
  const step = (page.track ?? []).filter((s) => setting.has(s.state) && s.when && s.place !== 'next').at(-1)
  return step ? { how: step.label, by: step.by || page.author, when: step.when! } : { how: 'Begun', by: page.author, when: page.created }
}

/** Is this field to be written yet? A list of things that came back, each at its instant, waits until there was something to come back from. */
export function offered(kind: Kind, field: Field, page: Pick<Page, 'values'>): boolean {
  const comesBack = field.type === 'list' && field.items?.some((p) => p.auto && p.type === 'instant')
  return !comesBack || kind.states.some((s) => s.sets && page.values?.[s.sets])
}

/** The first text of the page: the path of a field, or a list and the part of its items. */
export function firstText(kind: Kind): { field: string; list?: string } | undefined {
  const written = (f: Field) => f.type === 'line' || f.type === 'text'
  for (const f of kind.fields) {
    if (f.place || f.auto) continue
    if (written(f)) return { field: f.key }
    const part = f.type === 'list' ? f.items?.find((p) => written(p) && !p.after && !p.auto) : undefined
    if (part) return { field: part.key, list: f.key }
  }
  return undefined
}

/** The kinds that a reference may point at, of those that exist. */
export function pointsAt(field: Field, kinds: Kind[]): Kind[] {
  return kinds.filter((k) => !field.options?.length || field.options.includes(k.id))
}
