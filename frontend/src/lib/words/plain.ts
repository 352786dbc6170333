// Advice is written once, for the window and the command line. What names a
// command is of no use to whoever reads it in a window, where a button does it.

/** The advice without its commands; "" when it is nothing else. */
export function plain(advice: string): string {
  const kept = advice
    .replace(/,? (with|by) `[^`]*`, or/g, '')
    .replace(/[;:] (?:[^.`]*`[^`]*`)+[^.`]*\.?/g, '.')
    .match(/(?:`[^`]*`|[^.`]|\.(?=\S))+\.?\s*/g)
  return (kept ?? [])
    .filter((s) => !s.includes('`'))
    .join('')
    .trim()
}
