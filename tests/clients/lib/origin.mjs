// The server under test as it is seen from outside: requests without any cache, and its access log.
// Told by the environment; same names and meanings as in origin.py.

import assert from 'node:assert/strict'
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

export const JSONLD = 'application/ld+json'
export const HTML = 'text/html'
export const MERGE = 'application/merge-patch+json'

let number = 0

/** One server, asked as nobody or, for writes, with its administrator's token. */
export class Origin {
  url = process.env.ALMANAC_URL
  credentials = { authorization: `Bearer ${process.env.ALMANAC_TOKEN}` }
  log = process.env.ALMANAC_LOG

  /** The answer to a request; fails unless it has that status (default: any success). */
  async send(method, url, { status, headers, body } = {}) {
    const answer = await fetch(new URL(url, this.url), { method, headers, body, redirect: 'manual', cache: 'no-store' })
    const good = status === undefined ? answer.status < 400 : answer.status === status
    assert.ok(good, `expected ${status ?? 'success'} of ${method} ${url}, found ${answer.status}`)
    return answer
  }

  /** The document behind a link. */
  async get(url) {
    return (await this.send('GET', url, { headers: { accept: JSONLD } })).json()
  }

  /** The answer to a document sent by the administrator. */
  write(method, url, document, headers = {}) {
    const sent = { 'content-type': 'application/json', ...this.credentials, ...headers }
    return this.send(method, url, { headers: sent, body: JSON.stringify(document) })
  }

  /** The URL of a new article, of which nobody has heard; long enough to be compressed. */
  async article(headline = 'first', slug = `read-${process.pid}-${++number}`) {
    const draft = { headline, articleBody: 'It rained again.\n'.repeat(60) }
    await this.write('PUT', `/v2/articles/${slug}`, draft)
    return `${this.url}/v2/articles/${slug}`
  }

  /** Changes an article, as another client would. */
  rewrite(url, headline) {
    return this.write('PATCH', url, { headline }, { 'content-type': MERGE })
  }

  /** The URL of a model's new version. */
  async train(model) {
    const current = async () => (await this.get(`/v2/models/${model}`)).currentVersion
    const before = await current()
    await this.write('POST', `/v2/models/${model}/versions`, {}, { prefer: 'wait=30' })
    return until(async () => {
      const now = await current()
      return now !== before && now
    }, 60_000, `a new version of ${model}`)
  }

  /** The URL of a prediction, by the template of a model or version. */
  async prediction(url, values) {
    const { template, mapping } = (await this.get(url)).predict
    const query = new URLSearchParams(mapping.map(({ variable }, place) => [variable, values[place]]))
    return `${template.split('{')[0]}?${query}`
  }

  /**
   * What `action` gives, and the statuses of what the server was asked meanwhile, from its access log; but for the
   * icon of pages, for which a browser asks when it likes.
   */
  async asked(action) {
    const { end: begin } = await this.#fence()
    const result = await action()
    const { begin: end } = await this.#fence()
    return [result, this.#lines(begin).filter((line) => line.begin < end && !line.path.includes('/favicon')).map(({ status }) => status)]
  }

  /** The line in the log of a request made for that alone. */
  async #fence() {
    const before = statSync(this.log).size
    const identity = (await this.send('GET', '/livez')).headers.get('x-request-id')
    return until(() => this.#lines(before).find(({ id }) => id === identity), 10_000, `${identity} in the log`)
  }

  /** Lines of the access log from a place on: what each says, where it begins and ends. */
  #lines(since) {
    const log = openSync(this.log)
    const bytes = Buffer.alloc(fstatSync(log).size - since)
    readSync(log, bytes, 0, bytes.length, since)
    closeSync(log)
    const found = []
    for (let begin = 0, end; (end = bytes.indexOf('\n', begin) + 1); begin = end) {
      const line = bytes.toString('utf8', begin, end)
      if (!line.includes('"almanac::access"')) continue
      found.push({ ...JSON.parse(line), begin: since + begin, end: since + end })
    }
    return found
  }
}

/** What `look` gives once it gives something; fails after that many milliseconds. */
export async function until(look, within, what) {
  const deadline = Date.now() + within
  for (;;) {
    const found = await look()
    if (found) return found
    assert.ok(Date.now() < deadline, `expected ${what} within ${within} ms`)
    await sleep(10)
  }
}
