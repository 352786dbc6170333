/** A relay as it is typed: an address, or the path of a folder. "" when it is neither. */
export function relayOf(typed: string): string {
  const t = typed.trim()
  if (/^https:\/\/[^\s/]+/i.test(t) || /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?(\/|$)/i.test(t)) return t
  if (t.startsWith('folder:') && t.length > 7) return t
  if (/^(\/|~\/|\.{1,2}\/|[A-Za-z]:[\\/])/.test(t)) return 'folder:' + t
  if (/^[^\s/]+\.[^\s/]+(\/\S*)?$/.test(t)) return 'https://' + t
  return ''
}
