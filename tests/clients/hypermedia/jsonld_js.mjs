// jsonld.js in safe mode, which drops nothing silently, over every JSON-LD document of a crawl.
// What it reads is left as canonical N-Quads in the folder ALMANAC_QUADS, one file for each document, named
// `<SHA-256 of the URL>.jsonldjs.nq`, with `# URL` before them, and the document itself beside it as `.jsonld`,
// so that other processors can be compared on the same bytes.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import jsonld from 'jsonld'
import { crawl } from '../lib/crawl.mjs'
import { JSONLD, Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const origin = new Origin()
const folder = process.env.ALMANAC_QUADS
const contexts = new Map()
const foreign = new Set()
// Beyond every URL of the site, so that what is resolved against it is seen.
const NOWHERE = 'nowhere://relative/'
// One that takes so many times as long as most do, and longer than that, is one in which a processor drowns.
const MOST_TIMES = 50
const MOST_MS = 3000
const HEADERS = ['sepal length (cm)', 'od280/od315_of_diluted_wines', '@type', 'id', '雨量']

/** The site's own contexts alone. */
async function documentLoader(url) {
  if (!url.startsWith(`${origin.url}/`)) {
    foreign.add(url)
    throw new Error(`foreign context ${url}`)
  }
  if (!contexts.has(url)) {
    const answer = await fetch(url, { headers: { accept: JSONLD } })
    assert.equal(answer.headers.get('content-type'), JSONLD, `media type of ${url}`)
    contexts.set(url, await answer.json())
  }
  return { document: contexts.get(url), documentUrl: url, contextUrl: null }
}

/** What is wrong with a document; notes what it says. */
async function faults(url, text) {
  const document = JSON.parse(text)
  try {
    const options = { algorithm: 'RDFC-1.0', format: 'application/n-quads', safe: true, base: NOWHERE, documentLoader }
    const quads = await jsonld.canonize(document, options)
    const name = join(folder, createHash('sha256').update(url).digest('hex'))
    writeFileSync(`${name}.jsonldjs.nq`, `# ${url}\n${quads}`)
    writeFileSync(`${name}.jsonld`, text)
    return { quads, found: quads.includes(NOWHERE) ? ['relative IRI'] : [] }
  } catch (fault) {
    return { quads: '', found: [`${fault.message} ${JSON.stringify(fault.details?.event ?? fault.details ?? '')}`] }
  }
}

/** Whether a document says something: a context says nothing by itself. */
const says = (text) => Object.keys(JSON.parse(text)).some((key) => key !== '@context')

/** What is wrong with a document, and how many milliseconds of the processor that took: others may have it between. */
async function timed(url, text) {
  const before = process.cpuUsage()
  const found = await faults(url, text)
  const { user, system } = process.cpuUsage(before)
  return { ...found, ms: (user + system) / 1000 }
}

mkdirSync(folder, { recursive: true })
const documents = [...(await crawl(origin))].filter(([, text]) => says(text))
const results = new Map()
for (const [url, text] of documents) results.set(url, await timed(url, text))
const everything = [...results.values()].map(({ quads }) => quads).join('')

/** The first few of a list, so that a report can be read. */
const some = (list) =>
  list
    .slice(0, 5)
    .map((item) => `\n        ${item}`)
    .join('')

const PROMISES = {
  async 'there are documents of every kind'() {
    const kinds = [
      '',
      'v1',
      'v2',
      'v2/doc',
      'v2/articles/article-1',
      'v2/datasets/petals',
      'v2/models/petals',
      'v2/me',
      'v2/users/ann',
      'vocab'
    ]
    const missing = kinds.filter((kind) => !results.has(`${origin.url}/${kind}`))
    assert.deepEqual(missing, [], `expected them among ${results.size} documents`)
  },
  async 'no term is undefined, no key is dropped, no IRI is relative'() {
    const broken = [...results].filter(([, { found }]) => found.length)
    assert.equal(
      broken.length,
      0,
      `${broken.length} of ${results.size}:${some(broken.map(([url, { found }]) => `${url}: ${found}`))}`
    )
  },
  async 'no context is asked for elsewhere'() {
    assert.deepEqual([...foreign], [])
  },
  async 'every subject, predicate and object is an IRI, a literal or a blank node of RDF'() {
    const odd = everything
      .split('\n')
      .filter(
        (line) => line && !/^(<[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]*>|_:c14n\d+) <[^\s<>"{}|\\^`]+> .* \.$/.test(line)
      )
    assert.equal(odd.length, 0, some(odd))
  },
  async 'every term of the vocabulary that is used is described by it'() {
    const { quads } = results.get(`${origin.url}/vocab`)
    const described = new Set(quads.match(new RegExp(`^<${origin.url}/vocab#[^>]*>`, 'gm')))
    const used = new Set(everything.match(new RegExp(`<${origin.url}/vocab#[^>]*>`, 'g')))
    assert.deepEqual(
      [...used].filter((term) => !described.has(term)),
      []
    )
  },
  async 'a cell is told by the IRI of its column, whatever the header'() {
    const { columns } = await origin.get('/v2/datasets/headers')
    assert.deepEqual(
      columns.map(({ name }) => name),
      HEADERS
    )
    const { quads } = results.get(`${origin.url}/v2/datasets/headers/rows/1`)
    for (const column of columns)
      assert.ok(quads.includes(`<${column['@id']}>`), `expected a cell of ${column.name} in\n${quads}`)
  },
  async 'no document takes far longer than the others'() {
    const times = [...results.values()].map(({ ms }) => ms).sort((one, other) => one - other)
    const most = Math.max(MOST_MS, MOST_TIMES * times[times.length >> 1])
    const slow = [...results].filter(([, { ms }]) => ms > most).map(([url, { ms }]) => `${url}: ${Math.round(ms)} ms`)
    assert.equal(slow.length, 0, `expected at most ${Math.round(most)} ms for each:${some(slow)}`)
  }
}

const report = new Report(versioned('jsonld'))
for (const [sentence, promise] of Object.entries(PROMISES)) await report.promise(sentence, promise)
report.finish()
