// How a text behaves while it is edited. The look is in prose.css, which the
// still text shares, so that nothing moves when editing begins.
import { history, historyKeymap, standardKeymap } from '@codemirror/commands'
import { defineLanguageFacet, Language, syntaxHighlighting } from '@codemirror/language'
import { EditorState, Prec, RangeSetBuilder, Transaction, type Extension } from '@codemirror/state'
import { Decoration, EditorView, keymap, placeholder, ViewPlugin, type Command, type DecorationSet, type KeyBinding, type ViewUpdate } from '@codemirror/view'
import { highlighter, oneLine, paragraphs } from './markdown'

const prose = new Language(defineLanguageFacet(), paragraphs, [], 'prose')
const line = new Language(defineLanguageFacet(), oneLine, [], 'line')

export interface Behaviour {
  label: string
  /** One line only: Enter moves on. */
  single: boolean
  hint: string
  keys: KeyBinding[]
}

export function setup(b: Behaviour): Extension {
  return [
    history(),
    Prec.high(keymap.of([...b.keys, ...(b.single ? [] : proseKeys)])),
    keymap.of([...historyKeymap, ...standardKeymap]),
    (b.single ? line : prose).extension,
    syntaxHighlighting(highlighter),
    EditorView.lineWrapping,
    EditorView.perLineTextDirection.of(true),
    EditorView.contentAttributes.of({
      'aria-label': b.label,
      'aria-multiline': String(!b.single),
      spellcheck: 'true',
      autocorrect: 'on',
      autocapitalize: 'sentences',
      lang: document.documentElement.lang,
    }),
    b.hint ? placeholder(b.hint) : [],
    b.single ? single : gaps,
    EditorState.lineSeparator.of('\n'),
  ]
}

/** Whatever is pasted or dropped becomes one line; nothing typed makes a second. */
const single: Extension = [
  EditorView.clipboardInputFilter.of((text) => text.trim().replace(/\s*\n\s*/g, ' ')),
  EditorState.changeFilter.of((tr) => Boolean(tr.annotation(Transaction.remote)) || tr.newDoc.lines === 1),
]

// An empty line between two paragraphs is a gap, not a line.
const gap = Decoration.line({ class: 'md-gap' })
const gaps = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet
    constructor(view: EditorView) {
      this.decorations = find(view)
    }
    update(u: ViewUpdate) {
      if (u.docChanged || u.viewportChanged) this.decorations = find(u.view)
    }
  },
  { decorations: (v) => v.decorations },
)

function find(view: EditorView): DecorationSet {
  const found = new RangeSetBuilder<Decoration>()
  const doc = view.state.doc
  for (const { from, to } of view.visibleRanges) {
    for (let at = from; at <= to; ) {
      const l = doc.lineAt(at)
      if (!l.length && l.number > 1 && l.number < doc.lines && doc.line(l.number - 1).length && doc.line(l.number + 1).length) {
        found.add(l.from, l.from, gap)
      }
      at = l.to + 1
    }
  }
  return found.finish()
}

/** Enter in a list begins the next item; on an empty one it ends the list. */
const nextItem: Command = (view) => {
  const { state } = view
  const { head, empty } = state.selection.main
  const at = state.doc.lineAt(head)
  const m = /^(\s*)(?:([-*+])|(\d+)([.)]))\s+/.exec(at.text)
  if (!empty || !m || head < at.from + m[0].length) return false
  if (m[0].length === at.length) {
    view.dispatch({ changes: { from: at.from, to: at.to }, userEvent: 'input' })
    return true
  }
  const sign = m[2] ?? `${Number(m[3]) + 1}${m[4]}`
  view.dispatch(state.replaceSelection(`\n${m[1]}${sign} `), { scrollIntoView: true, userEvent: 'input' })
  return true
}

/** Puts a sign around what is selected, or takes it away. */
const around = (sign: string): Command => ({ state, dispatch }) => {
  const { from, to } = state.selection.main
  const n = sign.length
  const off = state.sliceDoc(from - n, from) === sign && state.sliceDoc(to, to + n) === sign
  dispatch(
    state.update({
      changes: off
        ? [{ from: from - n, to: from }, { from: to, to: to + n }]
        : [{ from, insert: sign }, { from: to, insert: sign }],
      selection: { anchor: off ? from - n : from + n, head: off ? to - n : to + n },
      userEvent: 'input',
    }),
  )
  return true
}

const proseKeys: KeyBinding[] = [
  { key: 'Enter', run: nextItem },
  { key: 'Mod-b', run: around('**') },
  { key: 'Mod-i', run: around('*') },
]
