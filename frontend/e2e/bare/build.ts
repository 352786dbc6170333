// Builds the bare editor as one page, in memory.
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

export async function barePage(): Promise<string> {
  const out = await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: true, rolldownOptions: { input: fileURLToPath(new URL('./bare.ts', import.meta.url)) } },
  })
  const results = Array.isArray(out) ? out : [out]
  for (const r of results) {
    if (!('output' in r)) continue
    const chunk = r.output.find((o) => o.type === 'chunk')
    if (chunk?.type === 'chunk')
      return `<!doctype html><html lang="en"><title>Bare</title><style>.cm-editor{font:17px/28px serif;width:592px}</style><body><script type="module">${chunk.code.replaceAll('</script', '<\\/script')}</script></body></html>`
  }
  throw new Error('the bare editor was not built')
}
