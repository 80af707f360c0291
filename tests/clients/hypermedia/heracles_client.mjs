// Heracles: it reads inline operations and links of documents, and IRI templates; it writes JSON with IRIs as keys.

import assert from 'node:assert/strict'
import heracles from '@hydra-cg/heracles.ts'
import { Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const HydraClientFactory = heracles.default
const origin = new Origin()
const ALMANAC = `${origin.url}/vocab#`
const SCHEMA = 'https://schema.org/'

/** Heracles as somebody: its documentation leaves credentials to the HTTP facility. */
class Client {
  constructor(headers = {}) {
    const http = (url, options = {}) => fetch(url, { ...options, headers: { ...options.headers, ...headers } })
    this.heracles = HydraClientFactory.configure().withDefaults().withSameRootLinks().with(http).andCreate()
  }

  /** What a link of a resource leads to. */
  async follow(resource, name) {
    const link = resource.links.withRelationOf(ALMANAC + name).first()
    assert.ok(link, `expected a link ${name} of ${resource.iri}`)
    return this.heracles.getResource(link)
  }

  async collection(name) {
    const documentation = await this.heracles.getApiDocumentation(`${origin.url}/v2`)
    return this.follow(await documentation.getEntryPoint(), name)
  }

  /** The answer to a resource's operation; fails unless it has that status. */
  async invoke(resource, method, status, body) {
    const operations = resource.operations.ofMethod(method)
    assert.equal([...operations].length, 1, `expected one ${method} of ${resource.iri}`)
    const answer = await this.heracles.invoke(operations.first(), body)
    assert.equal(answer.status, status, `expected ${status} of ${method} ${resource.iri}, found ${answer.status}`)
    return answer
  }
}

const methods = (resource) => [...resource.operations].map(({ method }) => method).sort()
const signedIn = () => new Client(origin.credentials)

const PROMISES = {
  async 'the entry point is found by its documentation, and links to every collection'() {
    const client = new Client()
    const documentation = await client.heracles.getApiDocumentation(`${origin.url}/v2`)
    assert.equal(documentation.entryPoint, `${origin.url}/v2`)
    const entry = await documentation.getEntryPoint()
    const relations = [...entry.links].map(({ relation }) => relation)
    for (const name of ['articles', 'datasets', 'models', 'messages', 'jobs', 'users', 'account']) {
      assert.ok(relations.includes(ALMANAC + name), `expected a link ${name}, found ${relations}`)
    }
  },
  async 'collections and items have inline operations'() {
    const client = new Client()
    const expected = {
      articles: ['DELETE', 'GET', 'PATCH', 'PUT'],
      datasets: ['DELETE', 'GET', 'PATCH'],
      models: ['DELETE', 'GET', 'PATCH']
    }
    for (const [name, ofItem] of Object.entries(expected)) {
      const collection = await client.collection(name)
      assert.deepEqual(methods(collection), ['GET', 'POST'], `operations of ${name}`)
      const item = await client.heracles.getResource(collection.members.first())
      assert.deepEqual(methods(item), ofItem, `operations of ${item.iri}`)
      for (const { displayName, target } of item.operations) {
        assert.ok(displayName)
        assert.equal(target.iri, item.iri)
      }
    }
  },
  async 'a collection is read part by part'() {
    const client = new Client()
    const collection = await client.collection('articles')
    const parts = collection.getIterator()
    const found = new Set()
    for (let members = await parts.getFirstPart(); ; members = await parts.getNextPart()) {
      for (const { iri } of members) found.add(iri)
      if (!parts.hasNextPart) break
    }
    assert.equal(found.size, collection.totalItems)
  },
  async 'an article is created, changed and deleted'() {
    const client = signedIn()
    const draft = {
      '@type': `${SCHEMA}Article`,
      [`${SCHEMA}headline`]: 'By Heracles',
      [`${SCHEMA}about`]: { '@id': 'https://example.org/rain' }
    }
    const answer = await client.invoke(await client.collection('articles'), 'POST', 201, draft)
    const url = answer.headers.get('location')
    const article = await client.heracles.getResource(url)
    await client.invoke(article, 'PATCH', 200, { [`${SCHEMA}abstract`]: [{ '@value': 'Changed.' }] })
    const { headline, abstract, about } = await origin.get(url)
    assert.deepEqual([headline, abstract, about], ['By Heracles', 'Changed.', ['https://example.org/rain']])

    await client.invoke(article, 'PUT', 200, { [`${SCHEMA}headline`]: 'Replaced' })
    assert.equal((await origin.get(url)).abstract, undefined)
    await client.invoke(article, 'DELETE', 204)
    await origin.send('GET', url, { status: 404 })
  },
  async 'a prediction is made by the operation of its collection'() {
    const client = new Client()
    const model = await client.heracles.getResource(`${origin.url}/v2/models/petals`)
    const predictions = await client.follow(model, 'predictions')
    const { features } = await predictions.json()
    const asked = Object.fromEntries(features.map((feature, place) => [feature['@id'], [5.1, 1.4][place]]))
    const answer = await client.invoke(predictions, 'POST', 201, asked)
    assert.match((await answer.json()).class, /^(setosa|versicolor)$/)
  },
  async 'a prediction is read by the template of the model, filled by the IRIs of its variables'() {
    const client = new Client()
    const model = await client.heracles.getResource(`${origin.url}/v2/models/petals`)
    const link = model.links.withTemplate().first()
    const filled = link.expandTarget((builder) => {
      for (const [place, property] of Object.values(builder.variableMappings).entries()) {
        builder.withProperty(property).havingValueOf([5.1, 1.4][place])
      }
    })
    const prediction = await client.heracles.getResource(filled.target.iri)
    assert.match((await prediction.json()).class, /^(setosa|versicolor)$/)
  },
  async 'a page is read by the template of the collection'() {
    const client = new Client()
    const collection = await client.collection('articles')
    const link = collection.links.withTemplate().first()
    const filled = link.expandTarget({ page: 2, itemsPerPage: 5, author: 'admin' })
    const page = await client.heracles.getResource(filled.target.iri)
    const { member, view } = await page.json()
    assert.equal(view['@id'], filled.target.iri)
    assert.deepEqual(
      member.map(({ author }) => author),
      Array(5).fill('admin')
    )
  },
  async 'nobody may write: 401'() {
    const client = new Client()
    await client.invoke(await client.collection('articles'), 'POST', 401, { [`${SCHEMA}headline`]: 'No' })
  }
}

const report = new Report(versioned('@hydra-cg/heracles.ts'))
for (const [sentence, promise] of Object.entries(PROMISES)) await report.promise(sentence, promise)
report.finish()
