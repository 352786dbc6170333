import { plain } from '../words/plain'
import type { Problem } from './types'

// What browsers say when nobody listens at an address any more.
const unreached = /^(failed to fetch|load failed|networkerror)/i

/** The page is open in a browser, and the program behind it has ended. */
export const silent: Problem = {
  code: 'silent',
  message: 'Longhand has ended behind this page.',
  safe: 'What was saved here is on this device; what you typed since is only on this page.',
  hint: 'Copy it, start Longhand again, and open the address that it shows.',
}

/**
 * A rejection of the Go side as a problem for a person. It arrives as a
 * Problem, as the JSON of one, or, when the machinery between failed, as text.
 */
export function toProblem(thrown: unknown): Problem {
  if (thrown instanceof TypeError && unreached.test(thrown.message)) return { ...silent }
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
    return { code: p.code ?? 'unknown', message: String(p.message), safe: p.safe, hint: plain(p.hint ?? '') }
  }
  return { code: 'unknown', message: 'Something went wrong, and it gave no reason.', hint: '' }
}
