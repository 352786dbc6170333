// Markdown as Longhand reads it: headings, emphasis, lists, quotes, code and
// links. HTML is not markup here; it stays the characters that were typed.
import { highlightTree, styleTags, Tag, tagHighlighter, tags } from '@lezer/highlight'
import { Autolink, parser as base, type MarkdownConfig, type MarkdownParser } from '@lezer/markdown'

const listMark = Tag.define()

const shared: MarkdownConfig = {
  props: [styleTags({ ListMark: listMark })],
  remove: ['HTMLBlock', 'HTMLTag', 'SetextHeading', 'IndentedCode', 'LinkReference', 'Entity'],
}

/** Of paragraphs. */
export const paragraphs: MarkdownParser = base.configure([shared, Autolink])

/** Of a single line, where no sign at the start makes a block. */
export const oneLine: MarkdownParser = base.configure([
  shared,
  Autolink,
  { remove: ['ATXHeading', 'BulletList', 'OrderedList', 'Blockquote', 'FencedCode', 'HorizontalRule'] },
])

/** The classes that carry the look; editor and still text use the same ones. */
export const highlighter = tagHighlighter([
  { tag: tags.heading, class: 'md-head' },
  { tag: tags.strong, class: 'md-strong' },
  { tag: tags.emphasis, class: 'md-em' },
  { tag: tags.monospace, class: 'md-code' },
  { tag: tags.link, class: 'md-link' },
  { tag: tags.url, class: 'md-url' },
  { tag: tags.processingInstruction, class: 'md-sign' },
  { tag: listMark, class: 'md-item' },
])

export interface Span {
  text: string
  class: string
  /** Where it leads, when it is part of a link that may be followed. */
  href?: string
}

/** The lines of a text, each as the spans that are drawn. An empty line is one without spans. */
export function drawn(text: string, single = false): Span[][] {
  const tree = (single ? oneLine : paragraphs).parse(text)
  const links: { from: number; to: number; href: string }[] = []
  tree.iterate({
    enter(node) {
      if (node.name === 'URL') {
        const around = node.node.parent
        const whole = around && (around.name === 'Link' || around.name === 'Autolink') ? around : node
        const href = followable(text.slice(node.from, node.to))
        if (href) links.push({ from: whole.from, to: whole.to, href })
      }
    },
  })

  const lines: Span[][] = [[]]
  const put = (from: number, to: number, style: string) => {
    for (let at = from; at < to; ) {
      const end = text.indexOf('\n', at)
      const stop = end < 0 || end > to ? to : end
      if (stop > at) {
        const link = links.find((l) => l.from <= at && at < l.to)
        lines.at(-1)!.push({ text: text.slice(at, stop), class: style, ...(link && { href: link.href }) })
      }
      if (stop < to) lines.push([])
      at = stop + (stop < to ? 1 : 0)
    }
  }
  let done = 0
  highlightTree(tree, highlighter, (from, to, style) => {
    put(done, from, '')
    put(from, to, style)
    done = to
  })
  put(done, text.length, '')
  return lines
}

/** A line as it is read: without its signs, a list with its dash, and the host after the words of a link. */
export function readable(line: Span[]): Span[] {
  const is = (s: Span, name: string) => s.class.split(' ').includes(name)
  return line
    .filter((s) => !is(s, 'md-sign'))
    .map((s, i, all): Span => {
      if (is(s, 'md-item')) return { ...s, text: /^\d/.test(s.text) ? s.text : '–' }
      if (!is(s, 'md-url') || !s.href) return s
      const words = all[i - 1]?.href === s.href
      return { text: words ? ` (${hostOf(s.href)})` : s.text, class: words ? 'md-host' : s.class, ...(!words && { href: s.href }) }
    })
}

/** The address to open for what is written, or "" when it may not be followed. */
export function followable(written: string): string {
  const address = written.replace(/^<|>$/g, '')
  if (/^(https?:\/\/[^\s/]|mailto:[^\s@]+@)/i.test(address)) return address
  if (/^www\.[^\s.]+\.[^\s]+/i.test(address)) return 'https://' + address
  return /^[^\s@/:]+@[^\s@/:]+\.[^\s@/:]+$/.test(address) ? 'mailto:' + address : ''
}

/** The host of an address, which is what a person should see before following it. */
export function hostOf(address: string): string {
  try {
    const url = new URL(address)
    return url.protocol === 'mailto:' ? url.pathname : url.host
  } catch {
    return ''
  }
}
