import type { Kind, Linked } from '$lib/backend'

/**
 * What a link says beside its title: what the other one is; or, where that is
 * plain because both are of one kind, what it is to this one.
 */
export function saidOf(l: Pick<Linked, 'how' | 'back' | 'kind'>, own: Kind | undefined, other: Kind | undefined, plain: string): string {
  const what = other?.name.toLocaleLowerCase() ?? ''
  if (l.how === plain) return what
  const how = l.how.toLocaleLowerCase()
  if (l.back) return other && other.id === own?.id ? `${how} this` : what
  return how
}
