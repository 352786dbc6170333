// CodeMirror and nothing else: the floor against which typing is measured.
import { EditorView } from '@codemirror/view'

new EditorView({ parent: document.body, extensions: [EditorView.lineWrapping, EditorView.contentAttributes.of({ 'aria-label': 'Bare' })] }).focus()
