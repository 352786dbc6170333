// What the palette and the keys can do with the artefact that is shown.
import { session, type Deed } from '../shell/session.svelte'
import type { Sheet } from './sheet.svelte'

export function deedsOf(sheet: Sheet): Deed[] {
  const page = sheet.page
  if (!page) return []
  const moves = (page.moves ?? []).map(
    (m): Deed => ({
      label: m.verb,
      icon: 'check',
      ...(m.main && { keys: 'Ctrl Enter' }),
      ...(!m.ready && { not: m.missing?.[0] ?? 'Not yet.' }),
      does: () => void sheet.ask(m.to),
    }),
  )
  return [...moves, { label: `Copy ${page.id} as text`, icon: 'copy', does: () => void session.copy(sheet.id) }]
}
