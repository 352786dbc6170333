import type { Problem } from './types'

/**
 * A rejection of the Go side as a problem for a person. It arrives as a
 * Problem, as the JSON of one, or, when the machinery between failed, as text.
 */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof Error) return { code: 'window', message: thrown.message, hint: '' }
  if (typeof thrown === 'string') {
    if (thrown.startsWith('{')) {
      try {
        return toProblem(JSON.parse(thrown))
      } catch {
        // Not JSON after all: show the text.
      }
    }
    return { code: 'unknown', message: thrown, hint: '' }
  }
  if (thrown && typeof thrown === 'object' && 'message' in thrown) {
    const p = thrown as Partial<Problem>
    return { code: p.code ?? 'unknown', message: String(p.message), safe: p.safe, hint: p.hint ?? '' }
  }
  return { code: 'unknown', message: 'Something went wrong, and it gave no reason.', hint: '' }
}
