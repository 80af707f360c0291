// Every JSON-LD document that links lead to, from the front door on, as anybody and then as the administrator.

import { JSONLD } from './origin.mjs'

// Members whose values are templates, not links.
const TEMPLATES = ['template', 'urlTemplate']
const END = 20_000
// URLs that differ in a number and in values of a query only, such as rows: so many of them say how the others are.
const ALIKE = 20

/** A URL without the numbers in its path and the values of its query. */
const shape = (url) => url.replace(/=[^&]*/g, '=').replace(/\/\d+(?=[/.?]|$)/g, '/0')

/** Every text of a document that may be an IRI, but for templates. */
function* iris(value) {
  if (Array.isArray(value)) {
    for (const inner of value) yield* iris(inner)
  } else if (value && typeof value === 'object') {
    for (const [name, inner] of Object.entries(value)) if (!TEMPLATES.includes(name)) yield* iris(inner)
  } else if (typeof value === 'string' && /^https?:\/\/[^\s{}<>]+$/.test(value)) yield value
}

/** Documents by their URL, each as the text that was sent; `headers` are somebody's credentials. */
async function crawlAs(base, headers) {
  const documents = new Map()
  const sources = new Map([[`${base}/`, 'the start']])
  const alike = new Map()
  for (const url of sources.keys()) {
    alike.set(shape(url), (alike.get(shape(url)) ?? 0) + 1)
    if (alike.get(shape(url)) > ALIKE) continue
    if (sources.size > END) throw new Error(`expected a web with an end, found ${url} after ${END} pages`)
    const answer = await fetch(url, { headers: { accept: JSONLD, ...headers }, redirect: 'manual' })
    const media = answer.headers.get('content-type') ?? ''
    const found = [answer.headers.get('location')]
    if (/^application\/([a-z.-]+\+)?json/.test(media)) {
      const text = await answer.text()
      if (answer.ok && media === JSONLD) documents.set(url, text)
      found.push(...iris(JSON.parse(text)))
    } else await answer.body?.cancel()
    for (const [, link] of (answer.headers.get('link') ?? '').matchAll(/<([^>]*)>/g)) found.push(link)
    for (const link of found.filter(Boolean)) {
      const [target] = new URL(link, url).href.split('#')
      const here = target === base || target.startsWith(`${base}/`) || target.startsWith(`${base}?`)
      if (here && !sources.has(target)) sources.set(target, url)
    }
  }
  return documents
}

/** What anybody may read, and what the administrator may read beyond that. */
export async function crawl(origin) {
  const everybody = await crawlAs(origin.url, {})
  const administrator = await crawlAs(origin.url, origin.credentials)
  return new Map([...administrator, ...everybody])
}
