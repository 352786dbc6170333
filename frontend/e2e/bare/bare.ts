// CodeMirror and nothing else: the floor against which typing is measured.
import { EditorView } from '@codemirror/view'

const view = new EditorView({ parent: document.body, extensions: [EditorView.lineWrapping, EditorView.contentAttributes.of({ 'aria-label': 'Bare' })] })
view.focus()
/** Somebody else’s line arrives at the end. */
;(window as never as { arrive: (line: string) => void }).arrive = (line) => view.dispatch({ changes: { from: view.state.doc.length, insert: line } })
