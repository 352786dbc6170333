import '@fontsource-variable/literata/opsz.css'
import '@fontsource-variable/literata/opsz-italic.css'
import '@fontsource-variable/hanken-grotesk/index.css'
import './tokens.css'
import './base.css'
import '$lib/editor/prose.css'
import { mount } from 'svelte'
import { here } from '$lib/state/route.svelte'
import App from './App.svelte'

// State that is first made while something is derived from it is not followed.
here()

// The fonts lie beside this file: waiting a moment for them spares a first
// frame that breaks its lines differently from the second.
const fonts = ['390 17px "Literata Variable"', '400 13px "Hanken Grotesk Variable"'].map((f) => document.fonts.load(f))
const soon = new Promise((ok) => setTimeout(ok, 400))

Promise.race([Promise.all(fonts), soon]).finally(() => mount(App, { target: document.getElementById('app')! }))
