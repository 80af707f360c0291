// API Platform Admin in Chromium: its page is bundled and served from an origin of its own, so that the server
// under test is asked across origins.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { chromium } from 'playwright-core'

const WITHIN = 10_000
const FLAGS = ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']
const here = (file) => fileURLToPath(new URL(file, import.meta.url))

/** The script of the page, before which others run. */
async function bundle(before) {
  const { outputFiles } = await build({
    entryPoints: [here('admin.jsx')],
    inject: before,
    bundle: true,
    minify: true,
    write: false,
    jsx: 'automatic',
    preserveSymlinks: true,
    nodePaths: [here('../../node_modules')],
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'error'
  })
  return outputFiles[0].contents
}

const markup = (settings) => `<!doctype html>
<title>Admin</title>
<div id="root"></div>
<script>window.settings = ${JSON.stringify(settings)}</script>
<script src="/script.js"></script>`

/** A browser with the admin of one server. */
export class Admin {
  static async start(entrypoint, { before = [] } = {}) {
    const admin = new Admin()
    const script = await bundle(before)
    admin.server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url, 'http://localhost')
      const [type, body] =
        pathname === '/script.js'
          ? ['text/javascript', script]
          : ['text/html', markup({ entrypoint, headers: Object.fromEntries(searchParams) })]
      response.writeHead(200, { 'content-type': `${type}; charset=utf-8` }).end(body)
    }).listen(0, '127.0.0.1')
    await once(admin.server, 'listening')
    admin.base = `http://127.0.0.1:${admin.server.address().port}`
    admin.browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
    return admin
  }

  async end() {
    await this.browser.close()
    this.server.close()
  }

  /** A tab of somebody with these headers. */
  async tab(headers = {}) {
    const context = await this.browser.newContext({ viewport: { width: 4000, height: 2000 } })
    context.setDefaultTimeout(WITHIN)
    return new Tab(await context.newPage(), `${this.base}/?${new URLSearchParams(headers)}`)
  }
}

/** One tab: what is shown, what is clicked, what was asked of the server. */
export class Tab {
  /** Faults of the page and of its requests. */
  faults = []
  /** What the server answered: method, URL, status. */
  asked = []

  constructor(page, base) {
    Object.assign(this, { page, base })
    page.on('pageerror', (fault) => this.faults.push(String(fault)))
    page.on('requestfailed', (request) => {
      const { errorText } = request.failure()
      // That one is no fault: the page was left meanwhile.
      if (errorText !== 'net::ERR_ABORTED') this.faults.push(`${request.url()}: ${errorText}`)
    })
    page.on('response', (answer) => {
      this.asked.push({ method: answer.request().method(), url: answer.url(), status: answer.status() })
    })
  }

  close() {
    return this.page.context().close()
  }

  /** Shows a place of the admin: `articles`, `articles/create`, .. */
  async go(place) {
    // Where only what stands after `#` differs, nothing would be loaded.
    await this.page.goto('about:blank')
    await this.page.goto(`${this.base}#/${place}`)
  }

  /** Shows an item's page: `edit` or `show`. */
  item(resource, id, page = 'edit') {
    return this.go(`${resource}/${encodeURIComponent(id)}${page === 'show' ? '/show' : ''}`)
  }

  /** The texts of one column of the list, once there are that many rows. */
  async column(field, rows) {
    const cells = this.page.locator(`td.column-${field}`)
    await this.until(
      async () => (await cells.count()) === rows,
      async () => `${rows} rows, found ${await cells.count()}`
    )
    return cells.allInnerTexts()
  }

  /** Waits until a text is shown. */
  shows(text) {
    return this.page.getByText(text, { exact: false }).first().waitFor()
  }

  fill(field, text) {
    return this.page.locator(`[name="${field}"]`).fill(text)
  }

  click(name) {
    return this.page.getByRole('button', { name, exact: true }).first().click()
  }

  /** The server's answer to the first request of a method that an action leads to. */
  async answer(method, action) {
    const [answer] = await Promise.all([
      this.page.waitForResponse((answer) => answer.request().method() === method && answer.url().includes('/v2/')),
      action()
    ])
    return answer
  }

  /** The answer of a write; fails unless it is that status. */
  async writes(method, status, action) {
    const answer = await this.answer(method, action)
    const text = answer.status() === 204 ? '' : await answer.text()
    assert.equal(answer.status(), status, `expected ${status} of ${method} ${answer.url()}, found ${text}`)
    return text ? JSON.parse(text) : undefined
  }

  /** Deletes the item whose page is shown, once that field is. */
  async removes(field) {
    await this.page.locator(`[name="${field}"]`).waitFor()
    await this.click('Delete')
    await this.writes('DELETE', 204, () => this.click('Confirm'))
  }

  async until(look, what) {
    const deadline = Date.now() + WITHIN
    while (!(await look())) {
      assert.ok(Date.now() < deadline, `expected ${await what()}`)
      await this.page.waitForTimeout(50)
    }
  }
}
