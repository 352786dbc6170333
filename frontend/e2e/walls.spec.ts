// What others write is shown and never run; nothing leads away from the window;
// and nothing of the team is left behind in the browser.
import { call, expect, go, test } from './app'

const bait = [
  '<img src=x onerror="window.__ran = 1"><script>window.__ran = 2</script><svg onload="window.__ran = 3">',
  '[one](javascript:window.__ran=4) [two](data:text/html,<script>window.__ran=5</script>) [three](vbscript:x) [four](file:///etc/passwd)',
  '<a href="https://elsewhere.example" target=_top>away</a> <iframe src="https://elsewhere.example"></iframe> <form action="https://elsewhere.example"><button>Go</button></form>',
  '[the contract](https://saltmarsh.example/contract) and [Tom](mailto:tom@saltmarsh.example)',
].join('\n\n')
const secret = 'Wharfinger’s ledger'
const places = ['decisions', 'list/brief', 'list/insight', 'list/review', 'weekly', 'review', 'work', 'metrics', 'one/agreement', 'team', 'team/kit', 'team/backup', 'team/doctor']
const kinds = ['decision', 'brief', 'objective', 'item', 'insight'] as const

interface Kind {
  id: string
  fields: { key: string; type: string }[]
}

test('nothing that is written runs, leads away, or is left behind', async ({ page }) => {
  test.setTimeout(180_000)
  const strange: string[] = []
  const origin = new URL(page.url()).origin
  page.on('request', (r) => !r.url().startsWith(origin) && !r.url().startsWith('data:') && strange.push(r.url()))
  page.on('dialog', (d) => (strange.push(d.message()), void d.dismiss()))
  page.context().on('page', (p) => strange.push(`a second page: ${p.url()}`))
  await page.evaluate(() => {
    const seen: string[] = []
    document.addEventListener('securitypolicyviolation', (e) => seen.push(e.violatedDirective))
    Object.assign(window, { __violations: seen })
  })

  const all = await call<Kind[]>(page, 'Kinds')
  const ids: string[] = []
  for (const kind of kinds) {
    const id = await call<string>(page, 'Create', kind, `${secret} <img src=x onerror="window.__ran = 6">`)
    ids.push(id)
    for (const f of all.find((k) => k.id === kind)!.fields.filter((f) => f.type === 'text')) {
      await call(page, 'OpenText', id, f.key)
      const lines = bait.split('\n')
      await call(page, 'PushText', id, f.key, 0, [{ client: 'bait', changes: [[0, ...lines]] }])
      await call(page, 'CloseText', id, f.key)
    }
    await call(page, 'Flush', id)
  }
  for (const place of [...places, ...ids.map((id) => `page/${id}`)]) {
    await go(page, place)
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
    // Every script and frame is the page’s own, and every address that is drawn may be followed.
    expect.soft(await page.locator('#app :is(script, iframe, object, embed, img, form[action])').count(), place).toBe(0)
    const leads = await page.locator('#app a[href]').evaluateAll((as) => as.map((a) => a.getAttribute('href')!).filter((h) => !/^(#|https?:|mailto:)/.test(h)))
    expect.soft(leads, place).toEqual([])
  }
  await page.keyboard.press('Control+k')
  await page.keyboard.type('Wharfinger')
  await expect(page.getByRole('option').first()).toBeVisible()
  await page.keyboard.press('Escape')
  expect(await page.evaluate(() => (window as never as { __ran?: number }).__ran)).toBeUndefined()
  // Nothing even tried: the policy had nothing to stop.
  expect(await page.evaluate(() => (window as never as { __violations: string[] }).__violations)).toEqual([])

  // A link says where it leads, and only the program follows it.
  await go(page, `page/${ids[0]}`)
  const opened: unknown[] = []
  await page.exposeFunction('__opened', (a: unknown) => void opened.push(a))
  await page.evaluate(() => {
    const app = (window as never as { go: { app: { App: Record<string, unknown> } } }).go.app.App
    app.OpenLink = async (a: string) => (window as never as { __opened(a: string): void }).__opened(a)
  })
  const link = page.locator('a[data-follow]', { hasText: 'the contract' }).first()
  await expect(link).toHaveAttribute('title', 'saltmarsh.example')
  await link.click()
  await expect.poll(() => opened).toEqual(['https://saltmarsh.example/contract'])
  expect(page.url().startsWith(origin)).toBe(true)
  expect(strange).toEqual([])

  const left = await page.evaluate(async () => ({
    local: Object.entries(localStorage),
    session: Object.entries(sessionStorage),
    databases: (await indexedDB.databases()).map((d) => d.name),
    caches: await caches.keys(),
    cookies: document.cookie,
    workers: (await navigator.serviceWorker.getRegistrations()).length,
  }))
  expect(left).toEqual({ local: [], session: [], databases: [], caches: [], cookies: '', workers: 0 })
  const cookies = await page.context().cookies()
  expect(cookies.map((c) => [c.name.replace(/\d+$/, 'PORT'), c.httpOnly, c.sameSite])).toEqual([['longhand-PORT', true, 'Strict']])
})

test('a script that is put into the page does not run, and addresses of other sorts are refused', async ({ person }) => {
  const desk = person()
  const page = await desk.open()
  const ran = await page.evaluate(async () => {
    const s = document.createElement('script')
    s.textContent = 'window.__ran = 1'
    document.body.append(s)
    const b = document.createElement('div')
    b.innerHTML = '<img src="x" onerror="window.__ran = 2"><svg onload="window.__ran = 3"></svg>'
    document.body.append(b)
    await new Promise((ok) => setTimeout(ok, 500))
    const ran = (window as never as { __ran?: number }).__ran
    s.remove()
    b.remove()
    return ran ?? 0
  })
  expect(ran).toBe(0)
  // The browser said so, each time; nothing else may complain.
  expect(desk.errors.splice(0).filter((e) => !/Content Security Policy|404/.test(e))).toEqual([])
  for (const address of ['javascript:alert(1)', 'data:text/html,x', 'file:///etc/passwd', 'vbscript:x', ' JavaScript:alert(1)', 'longhand:x']) {
    const refused = await page.evaluate((a) => (window as never as { go: { app: { App: { OpenLink(a: string): Promise<void> } } } }).go.app.App.OpenLink(a).then(() => '', (e: { code: string }) => e.code), address)
    expect(refused, address).toBe('link')
  }
})
