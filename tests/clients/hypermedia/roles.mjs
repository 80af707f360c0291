// Role by role, as a program that believes what it is told: whatever OPTIONS lists for somebody succeeds for them,
// and whatever documents and the ApiDocumentation offer to everybody is done or refused for a reason of
// permission, never unknown.

import assert from 'node:assert/strict'
import { JSONLD, MERGE, Origin } from '../lib/origin.mjs'
import { Report } from '../lib/report.mjs'

const PASSWORD = 'nobody-may-know-this-one'
const ROLES = ['reader', 'editor', 'publisher', 'admin']
const FEATURES = '?sepal_length_cm=5.1&petal_length_cm=1.4'
const SAFE = ['GET', 'HEAD', 'OPTIONS']

const origin = new Origin()
let number = 0
const fresh = (word) => `${word}-${process.pid}-${++number}`

/** Somebody who asks. */
class Person {
  constructor(name, headers = {}) {
    Object.assign(this, { name, headers })
  }

  /** A new user of a role, who signs in by Basic or by a token of theirs. */
  static async of(role, scheme) {
    const name = fresh(role)
    await origin.write('POST', '/v2/users', { identifier: name, role, password: PASSWORD })
    const basic = { authorization: `Basic ${btoa(`${name}:${PASSWORD}`)}` }
    if (scheme === 'Basic') return new Person(`${role} by Basic`, basic)
    const answer = await new Person(name, basic).ask('POST', `${origin.url}/v2/me/tokens`, { name: 'test' })
    assert.equal(answer.status, 201, 'expected a token')
    return new Person(`${role} by Bearer`, { authorization: `Bearer ${(await answer.json()).token}` })
  }

  ask(method, url, body) {
    // Many changes are a list, and no merge patch.
    const media =
      typeof body === 'string'
        ? 'text/plain'
        : method === 'PATCH' && !Array.isArray(body)
          ? MERGE
          : 'application/json'
    const headers = { accept: JSONLD, ...this.headers, ...(body !== undefined && { 'content-type': media }) }
    return fetch(url, {
      method,
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
      redirect: 'manual'
    })
  }

  /** The methods that OPTIONS lists: in its document and, beside the safe ones, in Allow. */
  async allowed(url) {
    const answer = await this.ask('OPTIONS', url)
    const allow = (answer.headers.get('allow') ?? '').split(/, */).filter(Boolean)
    const { operation = [] } = answer.status === 200 ? await answer.json() : {}
    return { status: answer.status, allow, listed: operation.map(({ method }) => method) }
  }
}

const nobody = new Person('nobody')
const administrator = new Person('administrator', origin.credentials)
const created = (answer) => answer.headers.get('location')
const made = async (url, body, headers) => created(await origin.write('POST', url, body, headers))
const dataset = () =>
  made('/v2/datasets', { name: fresh('Plots'), columns: [{ name: 'height_cm', columnType: 'number' }] })
const row = async (url) => made(`${url}/rows`, { cells: { height_cm: 1.5 } })
const model = async () => {
  const name = fresh('petals')
  await origin.write(
    'POST',
    '/v2/models',
    { identifier: name, dataset: 'petals', target: 'kind' },
    { prefer: 'wait=30' }
  )
  return `${origin.url}/v2/models/${name}`
}

/** The answer to what the person asks, where they may, else to what the administrator asks. */
async function ownOr(person, url, body) {
  const own = await person.ask('POST', origin.url + url, body)
  return own.ok ? own : administrator.ask('POST', origin.url + url, body)
}
const message = async (person) => created(await ownOr(person, '/v2/messages', 'Hello.'))
/** A job that has come to its end: small ones are waited for. */
const job = async (person) => (await (await ownOr(person, '/v2/models', wanted())).json())['@id']

const draft = () => ({ headline: fresh('Headline') })
const wanted = () => ({ identifier: fresh('petals'), dataset: 'petals', target: 'kind' })
const user = () => ({ identifier: fresh('user'), role: 'reader', password: PASSWORD })
const at = (path) => () => origin.url + path

/** Each kind of resource: where one is that may be changed, and a good body for each method that takes one. */
const KINDS = {
  'front door': { url: at('/') },
  'entry point': { url: at('/v2') },
  documentation: { url: at('/v2/doc') },
  vocabulary: { url: at('/vocab') },
  articles: { url: at('/v2/articles'), POST: draft },
  article: { url: () => origin.article(), PATCH: () => ({ abstract: fresh('Wet') }), PUT: draft },
  datasets: {
    url: at('/v2/datasets'),
    POST: () => ({ name: fresh('Plots'), columns: [{ name: 'a', columnType: 'number' }] })
  },
  dataset: { url: dataset, PATCH: () => ({ description: fresh('Plots') }) },
  rows: {
    url: async () => {
      const url = await dataset()
      await row(url)
      return `${url}/rows`
    },
    POST: () => ({ cells: { height_cm: 2 } }),
    PATCH: () => [{ identifier: '1', cells: { height_cm: 3 } }]
  },
  row: {
    url: async () => row(await dataset()),
    PATCH: () => ({ cells: { height_cm: 3 } }),
    PUT: () => ({ cells: { height_cm: 4 } })
  },
  revisions: {
    url: async () => {
      const url = await dataset()
      await row(url)
      return `${url}/revisions`
    },
    POST: () => ({ note: 'Sealed.' })
  },
  revision: { url: at('/v2/datasets/petals/revisions/1') },
  models: { url: at('/v2/models'), POST: wanted },
  model: { url: model, PATCH: () => ({ headline: fresh('Petals') }) },
  versions: { url: async () => `${await model()}/versions`, POST: () => ({}) },
  version: { url: at('/v2/models/petals/versions/1') },
  predictions: {
    url: at('/v2/models/petals/predictions'),
    POST: () => ({ sepal_length_cm: 5.1, petal_length_cm: 1.4 })
  },
  prediction: { url: at(`/v2/models/petals/versions/1/prediction${FEATURES}`) },
  messages: { url: at('/v2/messages'), POST: () => 'Hello.' },
  message: { url: message },
  jobs: { url: at('/v2/jobs') },
  'finished job': { url: job },
  usage: { url: at('/v2/usage') },
  account: { url: at('/v2/me') },
  tokens: { url: at('/v2/me/tokens'), POST: () => ({ name: fresh('token') }) },
  users: { url: at('/v2/users'), POST: user },
  user: { url: () => made('/v2/users', user()), PATCH: () => ({ role: 'editor' }) }
}

const documentation = await origin.get('/v2/doc')
const classes = new Map(documentation.supportedClass.map((item) => [item['@id'].split(':').pop(), item]))

/** Methods that a document offers to whoever reads it, and that its class does; none where there is nothing to see. */
async function offered(person, url) {
  const own = await person.ask('GET', url)
  const answer = own.status === 401 || own.status === 403 ? await administrator.ask('GET', url) : own
  if (!answer.ok) return { inline: [], documented: [] }
  const { '@type': types, operation = [] } = await answer.json()
  const ofClass = types.flatMap((type) => classes.get(type)?.supportedOperation ?? [])
  return { inline: operation.map(({ method }) => method), documented: ofClass.map(({ method }) => method) }
}

/** Tries each of the methods on a resource of its own: `METHOD status`. */
async function tried(person, kind, methods) {
  const found = []
  for (const method of methods) {
    const url = await kind.url(person)
    const answer = await person.ask(method, url, kind[method]?.())
    await answer.arrayBuffer()
    found.push({ method, status: answer.status, url })
  }
  return found
}

const good = ({ status }) => status >= 200 && status < 300
const refused = ({ status }) => status === 401 || status === 403
const shown = (list) => list.map(({ method, status, url }) => `${method} ${url}: ${status}`).join(', ')

const PROMISES = {
  /** Whatever is listed succeeds. */
  async 'what OPTIONS lists succeeds'(person, kind) {
    const { status, allow, listed } = await person.allowed(await kind.url(person))
    // What somebody may not even see has no operations for them.
    if (status !== 200 && status !== 204) return
    const bad = (await tried(person, kind, listed)).filter((answer) => !good(answer))
    assert.deepEqual(bad, [], `listed, but refused: ${shown(bad)}`)
    for (const method of listed) assert.ok(allow.includes(method), `expected ${method} in Allow, found ${allow}`)
  },
  async 'what OPTIONS does not list is refused: 401 or 403'(person, kind) {
    const { listed } = await person.allowed(await kind.url(person))
    const { inline } = await offered(person, await kind.url(person))
    const rest = inline.filter((method) => !listed.includes(method) && !SAFE.includes(method))
    const bad = (await tried(person, kind, rest)).filter((answer) => !refused(answer))
    assert.deepEqual(bad, [], `not listed, but answered: ${shown(bad)}`)
  },
  async 'what a document offers is done, or refused with 401 or 403'(person, kind) {
    const { inline, documented } = await offered(person, await kind.url(person))
    const unknown = inline.filter((method) => !documented.includes(method))
    assert.deepEqual(unknown, [], 'offered inline, but not by its class')
    const bad = (await tried(person, kind, inline)).filter((answer) => !good(answer) && !refused(answer))
    assert.deepEqual(bad, [], `offered, but answered: ${shown(bad)}`)
  },
  async 'what the ApiDocumentation offers of its class is known'(person, kind) {
    const { documented } = await offered(person, await kind.url(person))
    // A class cannot know the state of each of its members: 409.
    const known = (answer) => good(answer) || refused(answer) || answer.status === 409
    const bad = (await tried(person, kind, documented)).filter((answer) => !known(answer))
    assert.deepEqual(bad, [], `documented, but answered: ${shown(bad)}`)
  }
}

const people = [nobody]
for (const [place, role] of ROLES.entries()) people.push(await Person.of(role, place % 2 ? 'Basic' : 'Bearer'))
const report = new Report(`operations of ${Object.keys(KINDS).length} kinds for ${people.length} people`)
for (const person of people) {
  for (const [sentence, promise] of Object.entries(PROMISES)) {
    await report.promise(`${person.name}: ${sentence}`, async () => {
      const faults = []
      for (const [name, kind] of Object.entries(KINDS)) {
        await promise(person, kind).catch((fault) => faults.push(`${name}: ${fault.message}`))
      }
      assert.equal(faults.length, 0, faults.join('\n        '))
    })
  }
}
report.finish()
