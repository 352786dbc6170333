// What the sidebar offers, and the letter that goes there after G. A kind with
// a screen of its own is named here; all others are lists.
import { href } from '$lib/state/route.svelte'

export interface PlaceLink {
  label: string
  to: string
  /** The kind whose open artefacts are counted beside it. */
  counts?: string
  letter?: string
  /** Also current on these. */
  also?: string[]
}

export const places: { heading: string; links: PlaceLink[] }[] = [
  {
    heading: 'Cadence',
    links: [
      { label: 'Weekly updates', to: href('weekly'), letter: 'w', also: ['weekly'] },
      { label: 'Weekly reviews', to: href('list', 'review'), also: ['review'] },
    ],
  },
  {
    heading: 'Record',
    links: [
      { label: 'Decisions', to: href('decisions'), counts: 'decision', letter: 'd', also: ['decision'] },
      { label: 'Intent briefs', to: href('list', 'brief'), also: ['brief'] },
    ],
  },
  {
    heading: 'Delivery',
    links: [
      { label: 'Work', to: href('work'), letter: 'o', also: ['item', 'objective'] },
      { label: 'Metrics', to: href('metrics'), letter: 'm' },
    ],
  },
  {
    heading: 'Shared context',
    links: [
      { label: 'Working agreement', to: href('one', 'agreement'), also: ['agreement'] },
      { label: 'Insights', to: href('list', 'insight'), also: ['insight'] },
      { label: 'Team', to: href('team'), also: ['member'] },
    ],
  },
]
