// Stands for what Wails puts into its window: window.go and window.runtime.
(() => {
  const listeners = new Map()
  const fire = (name, data) => {
    for (const fn of [...(listeners.get(name) ?? [])]) fn(...data)
  }
  const stream = new EventSource('/bridge/events')
  // No call goes out before events can come back, so none is missed.
  const open = new Promise((resolve) => stream.addEventListener('open', resolve, { once: true }))
  let lost = false
  stream.addEventListener('error', () => {
    lost = true
    fire('lost', [])
  })
  stream.addEventListener('open', () => {
    if (lost) fire('changed', [{ docs: [], ids: [], all: true }])
    lost = false
  })
  stream.addEventListener('message', (m) => {
    const e = JSON.parse(m.data)
    fire(e.name, e.data ?? [])
  })

  const call = async (name, args) => {
    await open
    const r = await fetch('/bridge/call', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name, args }),
    })
    if (!r.ok) throw { code: 'bridge', message: (await r.text()).trim(), hint: 'Start `longhand serve` again.' }
    const answer = await r.json()
    if ('error' in answer) throw answer.error
    return answer.result
  }
  const go = {}
  for (const full of globalThis.longhandMethods) {
    const [pkg, type, method] = full.split('.')
    go[pkg] ??= {}
    go[pkg][type] ??= {}
    go[pkg][type][method] = (...args) => call(full, args)
  }
  window.go = go

  const on = (name, fn) => {
    if (!listeners.has(name)) listeners.set(name, new Set())
    listeners.get(name).add(fn)
    return () => listeners.get(name).delete(fn)
  }
  window.runtime = {
    EventsOn: on,
    EventsOff: (...names) => names.forEach((n) => listeners.delete(n)),
    EventsEmit: (name, ...data) => fire(name, data),
    BrowserOpenURL: (url) => window.open(url, '_blank', 'noopener'),
    ClipboardSetText: (text) => navigator.clipboard.writeText(text).then(() => true),
  }
  on('open-url', (url) => window.runtime.BrowserOpenURL(url))
  on('copy', (b64) => {
    const bytes = Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))
    navigator.clipboard.writeText(new TextDecoder().decode(bytes))
  })
})()
