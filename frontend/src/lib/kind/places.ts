import type { Kind } from '$lib/backend'
import { href } from '$lib/state/route.svelte'

/** Where an artefact is shown. What exists once a week has a screen that shows the week around it. */
export function placeOf(kind: Kind | undefined, of: { id: string; week?: string; author?: string; owner?: string }): string {
  if (of.week && kind?.one === 'person-week') return href('weekly', of.week, of.author ?? '')
  if (of.week && kind?.one === 'week') return href('review', of.week)
  return href('page', of.id)
}

// Kinds whose list is a screen of its own rather than the plain one.
const ownScreens: Record<string, string> = { decision: 'decisions', item: 'work', objective: 'work' }

/** Where the list of a kind is shown, by the scope in which it exists once. */
export function listOf(kind: Kind | undefined): string {
  switch (kind?.one) {
    case 'person-week':
      return href('weekly')
    case 'team':
      return href('one', kind.id)
    case 'person':
      return href('team')
  }
  const own = ownScreens[kind?.id ?? '']
  return own ? href(own) : href('list', kind?.id ?? '')
}
