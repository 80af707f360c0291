// Chromium with its HTTP cache, told by a person who follows links and goes back, and by scripts that read the
// same URLs as data. What it did is told by the DevTools protocol (Network); what the server was asked, by its log.

import assert from 'node:assert/strict'
import { chromium } from 'playwright-core'
import { JSONLD, Origin } from '../lib/origin.mjs'
import { Report } from '../lib/report.mjs'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync'
]
const PAGES = [
  '/',
  '/v1',
  '/v2',
  '/v2/datasets',
  '/v2/datasets/petals',
  '/v2/datasets/petals/revisions/2',
  '/v2/datasets/petals/rows?limit=10',
  '/v2/datasets/petals/rows/1',
  '/v2/models/petals',
  '/v2/models/petals/versions/1',
  '/v2/articles?page=2&itemsPerPage=5',
  '/v2/articles/article-1',
  '/v2/messages',
  '/v2/messages/1',
  '/v2/doc',
  '/vocab',
  '/problems/not-found'
]
const DATA = ['/v2/datasets.jsonld', '/v2/articles/article-1.json', '/static/almanac.css']

const origin = new Origin()

/** One tab with an empty cache, and what its network and its console said since the last `heard`. */
class Tab {
  said = []
  answers = new Map()

  static async open(browser, headers = {}) {
    const tab = new Tab()
    // The pages' policy forbids scripts; a person's extension, or a page of a site above, may run one.
    tab.context = await browser.newContext({ bypassCSP: true, extraHTTPHeaders: headers })
    tab.page = await tab.context.newPage()
    tab.page.on('console', (message) => tab.said.push(`${message.type()}: ${message.text()}`))
    tab.page.on('pageerror', (fault) => tab.said.push(`error: ${fault}`))
    const network = await tab.context.newCDPSession(tab.page)
    await network.send('Network.enable')
    network.on('Network.responseReceived', ({ requestId, type, response }) => {
      const { status, mimeType, fromDiskCache } = response
      tab.#note(requestId, { type, status, mimeType, ...(fromDiskCache && { kept: true }) })
    })
    network.on('Network.requestServedFromCache', ({ requestId }) => tab.#note(requestId, { kept: true }))
    network.on('Network.responseReceivedExtraInfo', ({ requestId, statusCode }) => {
      tab.#note(requestId, { wire: statusCode })
    })
    return tab
  }

  #note(id, what) {
    this.answers.set(id, { ...this.answers.get(id), ...what })
  }

  /** The answers that one action got, by type, and what the server was asked for them. */
  async heard(action) {
    this.answers.clear()
    const [result, asked] = await origin.asked(action)
    const of = (type) => [...this.answers.values()].filter((answer) => answer.type === type)
    return { result, asked, documents: of('Document'), sheets: of('Stylesheet'), fetched: of('Fetch') }
  }

  go(path) {
    return this.heard(() => this.page.goto(origin.url + path, { waitUntil: 'load' }))
  }

  back() {
    return this.heard(() => this.page.goBack({ waitUntil: 'load' }))
  }

  /** Reads a URL as a script in the page would. */
  fetch(url, accept = JSONLD) {
    const read = async ([url, accept]) => {
      const answer = await fetch(url, { headers: { accept } })
      return { status: answer.status, media: answer.headers.get('content-type'), text: await answer.text() }
    }
    return this.heard(() => this.page.evaluate(read, [url, accept]))
  }

  /** Fails unless a page of HTML with a heading is shown. */
  async showsPage() {
    const media = await this.page.evaluate(() => document.contentType)
    assert.equal(media, 'text/html')
    assert.equal(await this.page.locator('h1').count(), 1, `expected one heading at ${this.page.url()}`)
  }
}

const path = (url) => url.slice(origin.url.length)

/** Fails unless the browser asked about its copy, and was told that it still holds. */
function isConfirmed({ asked, documents, fetched }) {
  assert.deepEqual(asked, [304], 'expected the server to be asked once, and to answer 304')
  const [answer] = [...documents, ...fetched]
  assert.deepEqual([answer.status, answer.wire], [200, 304], 'expected the browser to use its copy after a 304')
}

/** Fails unless the browser used its copy without a question. */
function isKept({ asked, documents, fetched }) {
  assert.deepEqual(asked, [], 'expected the server not to be asked')
  const [answer] = [...documents, ...fetched]
  assert.deepEqual([answer.status, answer.kept, answer.wire], [200, true, undefined], 'expected an answer kept')
}

const PROMISES = {
  async 'a second visit of a page is 304, and its style sheet is not asked for again'(tab) {
    const there = path(await origin.article())
    const first = await tab.go(there)
    assert.deepEqual(first.asked, [200, 200], 'expected page and style sheet')
    await tab.go('/v2/datasets')

    const second = await tab.go(there)
    isConfirmed(second)
    assert.deepEqual(second.sheets.map(({ kept, wire }) => [kept, wire]), [[true, undefined]])
    await tab.showsPage()
  },
  async 'a second visit of the entry point is not asked for while it is fresh'(tab) {
    await tab.go('/v2')
    await tab.go('/v2/datasets')

    isKept(await tab.go('/v2'))
    await tab.showsPage()
  },
  async 'a page that is loaded again is 304'(tab) {
    await tab.go('/v2/datasets')

    const { documents, asked } = await tab.heard(() => tab.page.reload({ waitUntil: 'load' }))
    assert.deepEqual([documents[0].status, documents[0].wire], [200, 304])
    assert.ok(asked.every((status) => status === 304), `expected 304 alone, found ${asked}`)
  },
  async 'what somebody else wrote is there at the next visit'(tab) {
    const url = await origin.article('first')
    await tab.go(path(url))

    await origin.rewrite(url, 'second')
    assert.deepEqual((await tab.go(path(url))).asked, [200])
    assert.equal(await tab.page.locator('h1').innerText(), 'second')
  },
  async 'a second read by a script is 304'(tab) {
    const url = await origin.article()
    await tab.go('/v2/datasets')

    const first = await tab.fetch(url)
    const second = await tab.fetch(url)
    isConfirmed(second)
    assert.equal(second.result.text, first.result.text)
  },
  async 'what somebody else wrote is there at the next read by a script'(tab) {
    const url = await origin.article('first')
    await tab.go('/v2/datasets')
    await tab.fetch(url)

    await origin.rewrite(url, 'second')
    const { result, asked } = await tab.fetch(url)
    assert.equal(JSON.parse(result.text).headline, 'second')
    assert.deepEqual(asked, [200])
  },
  async 'a collection that somebody else added to shows it at the next read by a script'(tab) {
    const url = `${origin.url}/v2/articles`
    await tab.go('/v2/datasets')
    const total = async () => JSON.parse((await tab.fetch(url)).result.text).totalItems
    const before = await total()

    await origin.article()
    assert.equal(await total(), before + 1)
  },
  async 'an artifact is never asked for again by a script'(tab) {
    const { distribution } = await origin.get('/v2/datasets/petals/revisions/1')
    const url = distribution.find((part) => part.contentUrl).contentUrl
    await tab.go('/v2/datasets')

    const first = await tab.fetch(url, '*/*')
    const second = await tab.fetch(url, '*/*')
    isKept(second)
    assert.equal(second.result.text, first.result.text)
  },
  async 'Back shows the page although a script read its URL as JSON-LD'(tab) {
    for (const there of ['/v2', '/v2/doc', path(await origin.article())]) {
      await tab.go(there)
      const { media } = (await tab.fetch(origin.url + there)).result
      assert.equal(media, JSONLD)
      await tab.go('/v2/datasets')

      await tab.back()
      assert.equal(tab.page.url(), origin.url + there)
      await tab.showsPage()
    }
  },
  async 'a script reads JSON-LD although its URL was visited as a page, again and again'(tab) {
    for (const there of ['/v2', '/v2/doc', path(await origin.article())]) {
      for (let round = 0; round < 2; round++) {
        await tab.go(there)
        await tab.showsPage()

        const { media, text } = (await tab.fetch(origin.url + there)).result
        assert.equal(media, JSONLD)
        assert.ok(JSON.parse(text)['@id'])
      }
    }
  },
  async 'health is kept nowhere'(tab) {
    for (const time of ['first', 'second']) {
      const { documents } = await tab.go('/livez')
      assert.deepEqual(documents.map(({ kept, wire }) => [kept, wire]), [[undefined, 200]], `the ${time} time`)
    }
  },
  async 'no page of any kind says an error or a warning'(tab) {
    for (const there of PAGES) {
      const { documents } = await tab.go(there)
      assert.equal(documents[0].status, 200, `expected 200 of ${there}`)
      await tab.showsPage()
      assert.deepEqual(tab.said, [], `expected nothing in the console at ${there}`)
    }
  },
  async 'what is no page is shown as it is, without an error or a warning'(tab) {
    // Where no page names another icon, a browser asks for this one, sooner or later, and says when there is none.
    await origin.send('GET', '/favicon.ico')
    for (const there of DATA) {
      const { documents } = await tab.go(there)
      assert.equal(documents[0].status, 200, `expected 200 of ${there}`)
      assert.deepEqual(tab.said, [], `expected nothing in the console at ${there}`)
    }
  }
}

/** With credentials that the browser sends each time. */
const SIGNED_IN = {
  async 'a private page is asked about each time'(tab) {
    await tab.go('/v2/me')
    await tab.go('/v2/datasets')

    isConfirmed(await tab.go('/v2/me'))
    await tab.showsPage()
  },
  async 'a private page is not found again by who signed out'(tab) {
    await tab.go('/v2/me')

    // Back would show it all the same: a history is no cache (RFC 9111 §6).
    await tab.context.setExtraHTTPHeaders({})
    const { asked } = await tab.heard(() => tab.page.goto(`${origin.url}/v2/me`))
    assert.equal(asked[0], 303, 'expected the server to be asked, and to lead to where one signs in')
    assert.equal(path(tab.page.url()).split('?')[0], '/sign-in')
  }
}

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: FLAGS })
const report = new Report(`Chromium ${browser.version()}`)
for (const [promises, headers] of [[PROMISES, {}], [SIGNED_IN, origin.credentials]]) {
  for (const [sentence, promise] of Object.entries(promises)) {
    await report.promise(sentence, async () => {
      const tab = await Tab.open(browser, headers)
      await promise(tab).finally(() => tab.context.close())
    })
  }
}
await browser.close()
report.finish()
