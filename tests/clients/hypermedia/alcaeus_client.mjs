// Alcaeus: it reads documents as RDF, finds links and operations by the ApiDocumentation alone, and writes RDF.

import assert from 'node:assert/strict'
import formats from '@rdfjs/formats'
import rdf from '@zazuko/env'
import Environment from '@zazuko/env/Environment.js'
import alcaeus from 'alcaeus'
import { JSONLD, Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const origin = new Origin()
rdf.formats.import(formats)
const schema = rdf.namespace('https://schema.org/')
const almanac = rdf.namespace(`${origin.url}/vocab#`)

/** Alcaeus as somebody. */
class Client {
  constructor(headers = {}) {
    this.env = new Environment(alcaeus(), { parent: rdf })
    this.env.hydra.defaultHeaders = headers
  }

  /** The resource behind an IRI. */
  async load(iri) {
    const { response, representation } = await this.env.hydra.loadResource(iri)
    assert.equal(response.xhr.status, 200, `expected 200 of ${iri}`)
    return representation.root
  }

  /** What a link of a resource leads to, by its title in the documentation. */
  async follow(resource, title) {
    const link = resource.getLinks().find(({ supportedProperty }) => supportedProperty.title === title)
    assert.ok(link, `expected a link ${title} of ${resource.id.value}`)
    return this.load(link.resources[0].id.value)
  }

  collection(name) {
    return this.load(`${origin.url}/v2`).then((entry) => this.follow(entry, name))
  }

  /** RDF about a new thing, as Alcaeus' documentation writes it. */
  body(type, values) {
    const pointer = this.env.clownface({ dataset: this.env.dataset(), term: this.env.blankNode() })
    pointer.addOut(this.env.ns.rdf.type, type)
    for (const [property, value] of values) pointer.addOut(property, value)
    return JSON.stringify(this.env.rdfine().factory.createEntity(pointer))
  }

  /** The answer to an operation of a resource; fails unless it has that status. */
  async invoke(resource, criteria, status, body) {
    const operations = resource.findOperations(criteria)
    assert.equal(operations.length, 1, `expected one operation ${criteria.byMethod} of ${resource.id.value}`)
    const { response, representation } = await operations[0].invoke(body, { 'content-type': JSONLD })
    const found = response.xhr.status
    assert.equal(found, status, `expected ${status} of ${criteria.byMethod} ${resource.id.value}, found ${found}`)
    return { response, representation, root: representation?.root }
  }
}

const methods = (resource) => resource.operations.map(({ method }) => method).sort()
const text = (resource, property) => resource.pointer.out(property).value
const signedIn = () => new Client(origin.credentials)

const PROMISES = {
  async 'the entry point names its documentation and has links to every collection'() {
    const client = new Client()
    const entry = await client.load(`${origin.url}/v2`)
    const [documentation] = client.env.hydra.apiDocumentations
    assert.equal(documentation.root.title, 'Almanac')
    const { representation } = await documentation.root.loadEntrypoint()
    assert.ok(representation.root.id.equals(entry.id))
    const titles = entry.getLinks().map(({ supportedProperty }) => supportedProperty.title)
    assert.deepEqual(titles, ['articles', 'datasets', 'models', 'messages', 'jobs', 'users', 'usage'])
  },
  async 'collections and items have the operations of their classes'() {
    const client = new Client()
    const expected = {
      articles: ['DELETE', 'GET', 'PATCH', 'PUT'],
      datasets: ['DELETE', 'GET', 'PATCH'],
      models: ['DELETE', 'GET', 'PATCH']
    }
    for (const [name, ofItem] of Object.entries(expected)) {
      const collection = await client.collection(name)
      assert.deepEqual(methods(collection), ['GET', 'POST'], `operations of ${name}`)
      const item = await client.load(collection.member[0].id.value)
      assert.deepEqual(methods(item), ofItem, `operations of ${item.id.value}`)
      for (const { title, method } of item.operations) assert.ok(title, `expected a title of ${method}`)
    }
  },
  async 'a collection is read page by page'() {
    const client = new Client()
    const found = new Set()
    let page = (await client.collection('articles')).view[0].first
    while (page) {
      const collection = await client.load(page.id.value)
      for (const { id } of collection.member) found.add(id.value)
      page = collection.view[0].next
    }
    const { totalItems } = await client.collection('articles')
    assert.equal(found.size, totalItems)
  },
  async 'every link of a dataset and of a model leads somewhere'() {
    const client = new Client()
    for (const name of ['datasets', 'models']) {
      const item = await client.load((await client.collection(name)).member[0].id.value)
      const links = item.getLinks().flatMap(({ resources }) => resources)
      assert.ok(links.length >= 3, `expected links of ${item.id.value}`)
      for (const { id } of links.slice(0, 12)) {
        // What is no RDF, such as a table, has no representation.
        const { response } = await client.env.hydra.loadResource(id)
        assert.equal(response.xhr.status, 200, `expected 200 of ${id.value}`)
      }
    }
  },
  async 'an article is created from RDF, changed and deleted'() {
    const client = signedIn()
    const values = [
      [schema.headline, 'By Alcaeus'],
      [schema.keywords, ['rain', 'hail']],
      [schema.about, client.env.namedNode('https://example.org/rain')]
    ]
    const collection = await client.collection('articles')
    const { response, root } = await client.invoke(
      collection,
      { byMethod: 'POST' },
      201,
      client.body(schema.Article, values)
    )
    assert.equal(root.id.value, response.xhr.headers.get('location'))
    assert.equal(text(root, schema.headline), 'By Alcaeus')

    const article = await client.load(root.id.value)
    assert.deepEqual([...article.pointer.out(schema.keywords).values].sort(), ['hail', 'rain'])
    assert.equal(text(article, schema.about), 'https://example.org/rain')
    const change = client.body(schema.Article, [[schema.abstract, 'Changed.']])
    const { root: changed } = await client.invoke(article, { byMethod: 'PATCH' }, 200, change)
    assert.deepEqual([text(changed, schema.abstract), text(changed, schema.headline)], ['Changed.', 'By Alcaeus'])
    const whole = client.body(schema.Article, [[schema.headline, 'Replaced']])
    const { root: replaced } = await client.invoke(article, { byMethod: 'PUT' }, 200, whole)
    assert.deepEqual([text(replaced, schema.abstract), text(replaced, schema.headline)], [undefined, 'Replaced'])

    await client.invoke(article, { byMethod: 'DELETE' }, 204, '')
    await origin.send('GET', article.id.value, { status: 404 })
  },
  async 'a prediction is made by the operation of its collection, with the IRIs of the features'() {
    const client = new Client()
    const model = await client.load(
      (await client.collection('models')).member.find(({ id }) => id.value.endsWith('/petals')).id.value
    )
    const predictions = await client.follow(model, 'predictions')
    const features = predictions.pointer.out(almanac.features).terms
    assert.equal(features.length, 2)
    const values = features.map((feature, place) => {
      assert.equal(feature.termType, 'NamedNode', 'expected features with IRIs')
      return [feature, client.env.literal([5.1, 1.4][place], client.env.ns.xsd.double)]
    })
    const asked = client.body(almanac.PredictionInput, values)
    const { root } = await client.invoke(
      predictions,
      { byMethod: 'POST', expecting: almanac.PredictionInput },
      201,
      asked
    )
    assert.match(text(root, almanac.predictedClass), /^(setosa|versicolor)$/)
  },
  async 'what is refused is a hydra:Error'() {
    const client = signedIn()
    const collection = await client.collection('articles')
    const nothing = client.body(schema.Article, [])
    const { representation } = await client.invoke(collection, { byMethod: 'POST' }, 422, nothing)
    const faults = representation.ofType(client.env.ns.hydra.Error)
    assert.deepEqual(
      faults.map(({ title }) => title),
      ['Invalid content']
    )
    assert.match(faults[0].description, /headline/)
  },
  async 'nobody may write: 401'() {
    const client = new Client()
    await client.invoke(await client.collection('articles'), { byMethod: 'POST' }, 401, client.body(schema.Article, []))
  }
}

const report = new Report(versioned('alcaeus'))
for (const [sentence, promise] of Object.entries(PROMISES)) await report.promise(sentence, promise)
report.finish()
