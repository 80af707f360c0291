// Ketting: it follows links and submits the forms of HAL-FORMS documents, from `/` on.

import assert from 'node:assert/strict'
import { Client, basicAuth, bearerAuth } from 'ketting'
import { Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const FORMS = 'application/prs.hal-forms+json'
const PASSWORD = 'the-publisher-of-ketting'
const origin = new Origin()
let number = 0
const fresh = (text) => `${text} ${process.pid} ${++number}`

/** Ketting as somebody; fails of itself where an answer is no success. */
function client(authenticate) {
  const ketting = new Client(`${origin.url}/`)
  if (authenticate) ketting.use(authenticate)
  return ketting
}

const anybody = () => client()
const signedIn = () => client(bearerAuth(origin.credentials.authorization.split(' ')[1]))
const collection = async (ketting, name) => (await ketting.follow(name)).get()
const item = (state, name) =>
  state
    .followAll('item')
    .find(({ uri }) => uri.endsWith(`/${name}`))
    .get()
const methods = (state) => state.actions().map(({ method }) => method)
/** The form of a resource that sends that method. */
const form = (state, method) => state.action(state.actions().find((action) => action.method === method)?.name)

const PROMISES = {
  async 'the front door leads to the collections'() {
    const home = await anybody().go().get()
    assert.equal(home.headers.get('content-type'), FORMS)
    for (const rel of ['articles', 'datasets', 'models']) assert.ok(home.links.has(rel), `expected a link ${rel}`)
  },
  async 'collections and items have a form for each operation, the first of which is the default'() {
    const ketting = anybody()
    const expected = {
      articles: ['PATCH', 'PUT', 'DELETE'],
      datasets: ['PATCH', 'DELETE'],
      models: ['PATCH', 'DELETE']
    }
    for (const [name, ofItem] of Object.entries(expected)) {
      const state = await collection(ketting, name)
      assert.deepEqual(methods(state), ['POST'], `forms of ${name}`)
      const [first] = state.followAll('item')
      for (const one of [await first.get(), await first.refresh()]) {
        assert.deepEqual(methods(one), ofItem, `forms of ${first.uri}`)
        assert.equal(one.action('default').method, 'PATCH')
        for (const { title, uri } of one.actions()) assert.ok(title && uri === first.uri)
      }
    }
  },
  async 'a member of a collection is the same as the item read by itself'() {
    const [first] = (await collection(anybody(), 'articles')).followAll('item')
    // Ketting leaves the forms of what is embedded in its data.
    const { _templates, ...embedded } = (await first.get()).data
    assert.deepEqual(embedded, (await first.refresh()).data)
  },
  async 'a collection is read page by page, by the links next and prev'() {
    const ketting = anybody()
    const { totalItems } = (await collection(ketting, 'articles')).data
    const pages = []
    const first = (await collection(ketting, 'articles')).follow('first')
    for (let page = await first.get(); ; page = await page.follow('next').get()) {
      pages.push(page.followAll('item').map(({ uri }) => uri))
      if (!page.links.has('next')) {
        assert.equal(pages.length > 1, page.links.has('prev'))
        break
      }
    }
    assert.equal(new Set(pages.flat()).size, totalItems)
  },
  async 'a page of another size and order is asked for by the link search'() {
    const state = await collection(anybody(), 'articles')
    const page = await state.follow('search', { page: 2, itemsPerPage: 5, author: 'admin' }).get()
    const found = await Promise.all(page.followAll('item').map((one) => one.get()))
    assert.deepEqual(
      found.map(({ data }) => data.author),
      Array(5).fill('admin')
    )
  },
  async 'an article is created, edited, replaced and deleted by its forms'() {
    const ketting = signedIn()
    const state = await collection(ketting, 'articles')
    const headline = fresh('By Ketting')
    const made = await form(state, 'POST').submit({ headline, keywords: ['rain', 'hail'], articleBody: 'Wet.' })
    assert.deepEqual([made.data.headline, made.data.keywords], [headline, ['rain', 'hail']])
    const resource = ketting.go(made.links.get('self').href)

    const article = await resource.get()
    const edited = await form(article, 'PATCH').submit({ abstract: 'Changed.' })
    assert.deepEqual([edited.data.abstract, edited.data.headline], ['Changed.', headline])
    assert.deepEqual(edited.data.keywords, ['rain', 'hail'])
    const replaced = await form(await resource.refresh(), 'PUT').submit({ headline: 'Replaced' })
    assert.equal(replaced.data.headline, 'Replaced')
    await form(await resource.refresh(), 'DELETE').submit({})
    await origin.send('GET', resource.uri, { status: 404 })
  },
  async 'a dataset is created, edited and deleted by its forms'() {
    const ketting = signedIn()
    const state = await collection(ketting, 'datasets')
    const made = await form(state, 'POST').submit({ name: fresh('Trees'), columns: 'height_cm,species' })
    const resource = ketting.go(made.links.get('self').href)
    const dataset = await resource.get()
    const edited = await form(dataset, 'PATCH').submit({ description: 'Tall.' })
    assert.deepEqual([edited.data.description, edited.data.columns.length], ['Tall.', 2])
    await form(await resource.refresh(), 'DELETE').submit({})
    await origin.send('GET', resource.uri, { status: 410 })
  },
  async 'a model is trained by the form of the models'() {
    const state = await collection(signedIn(), 'models')
    const training = form(state, 'POST')
    assert.ok(training.field('target').required)
    const job = await training.submit({
      headline: fresh('Petals'),
      dataset: `${origin.url}/v2/datasets/petals`,
      target: 'kind'
    })
    assert.match(job.data.status, /^(queued|running|succeeded)$/)
  },
  async 'a prediction is made by the form of the predictions, which has a field for each feature'() {
    const model = await item(await collection(anybody(), 'models'), 'petals')
    const predictions = await model.follow('predictions').get()
    const asking = predictions.action()
    assert.deepEqual(
      asking.fields.map(({ name, type }) => [name, type]),
      [
        ['sepal_length_cm', 'number'],
        ['petal_length_cm', 'number']
      ]
    )
    const { data } = await asking.submit({ sepal_length_cm: 5.1, petal_length_cm: 1.4 })
    assert.match(data.class, /^(setosa|versicolor)$/)
    await assert.rejects(() => asking.submit({ sepal_length_cm: 5.1 }), /petal_length_cm field is required/)
  },
  async 'a category is chosen among its levels'() {
    const model = await item(await collection(anybody(), 'models'), 'penguins')
    const field = (await model.follow('predictions').get()).action().field('island')
    assert.deepEqual([field.type, Object.keys(field.options).sort()], ['select', ['Biscoe', 'Dream', 'Torgersen']])
  },
  async 'who signs in by Basic may do the same'() {
    const name = `publisher-${process.pid}-${++number}`
    await origin.write('POST', '/v2/users', { identifier: name, role: 'publisher', password: PASSWORD })
    const state = await collection(client(basicAuth(name, PASSWORD)), 'articles')
    const made = await form(state, 'POST').submit({ headline: fresh('By Basic') })
    assert.equal(made.data.author, name)
  },
  async 'what is refused is a Problem with a status and a title'() {
    const create = async (ketting, values) => form(await collection(ketting, 'articles'), 'POST').submit(values)
    await assert.rejects(() => create(anybody(), { headline: 'No' }), {
      status: 401,
      message: 'HTTP Error 401: Credentials needed'
    })
    await assert.rejects(() => create(signedIn(), { headline: ' ' }), {
      status: 422,
      message: 'HTTP Error 422: Invalid content'
    })
  }
}

const report = new Report(versioned('ketting'))
for (const [sentence, promise] of Object.entries(PROMISES)) await report.promise(sentence, promise)
report.finish()
