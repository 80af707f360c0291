// @api-platform/api-doc-parser: what it makes of the entry point and the API documentation, and nothing else.

import assert from 'node:assert/strict'
import { parseHydraDocumentation } from '@api-platform/api-doc-parser'
import { Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const origin = new Origin()

/** Each resource: the methods of its operations by their type, and fields that a client relies on. */
const RESOURCES = {
  articles: {
    operations: { list: ['GET'], create: ['POST'], show: ['GET'], edit: ['PATCH', 'PUT'], delete: ['DELETE'] },
    required: ['headline'],
    writable: ['identifier', 'headline', 'articleBody', 'abstract', 'keywords', 'about'],
    readable: ['author', 'datePublished', 'dateModified'],
    types: { headline: 'string', datePublished: 'dateTime' },
    many: ['keywords', 'about']
  },
  datasets: {
    operations: { list: ['GET'], create: ['POST'], show: ['GET'], edit: ['PATCH'], delete: ['DELETE'] },
    required: ['name', 'columns'],
    writable: ['identifier', 'name', 'description', 'license', 'creator', 'keywords', 'columns'],
    readable: ['rowCount', 'rows', 'revisions'],
    types: { rowCount: 'integer', editedSinceRevision: 'boolean' },
    many: ['keywords', 'columns', 'trainedModels', 'subjectOf'],
    references: { trainedModels: 'models', subjectOf: 'articles' }
  },
  models: {
    operations: { list: ['GET'], create: ['POST'], show: ['GET'], edit: ['PATCH'], delete: ['DELETE'] },
    required: ['dataset', 'target'],
    writable: ['identifier', 'headline', 'description', 'dataset', 'target', 'features', 'standardise'],
    readable: ['name', 'currentVersion', 'predictions'],
    types: { standardise: 'boolean', dateCreated: 'dateTime' },
    many: ['features', 'subjectOf'],
    references: { dataset: 'datasets', subjectOf: 'articles' }
  },
  messages: {
    operations: { list: ['GET'], create: ['POST'], show: ['GET'], delete: ['DELETE'] },
    readable: ['content', 'dateCreated'],
    types: { dateCreated: 'dateTime' }
  },
  jobs: {
    operations: { list: ['GET'], show: ['GET'], delete: ['DELETE'] },
    readable: ['status', 'progress', 'dataset', 'model'],
    references: { dataset: 'datasets', model: 'models' }
  },
  users: {
    operations: { list: ['GET'], create: ['POST'], show: ['GET'], edit: ['PATCH'], delete: ['DELETE'] },
    required: ['identifier'],
    writable: ['identifier', 'role', 'disabled', 'password'],
    readable: ['identifier', 'role', 'disabled', 'dateCreated'],
    types: { disabled: 'boolean' }
  },
  usage: {
    operations: { list: ['GET'] },
    readable: ['day', 'apiVersion', 'route', 'principal', 'requests'],
    types: { requests: 'integer', deprecated: 'boolean' },
    references: { user: 'users' }
  }
}

/** What the collections can be sorted and filtered by. */
const PARAMETERS = {
  articles: ['headline', 'author', 'order[headline]', 'order[datePublished]'],
  datasets: ['name', 'author', 'order[name]', 'order[datePublished]'],
  models: ['headline', 'order[headline]', 'order[dateCreated]']
}

/** What is parsed, and what the parser complains of meanwhile. */
async function parse(headers) {
  const complaints = []
  const { error } = console
  console.error = (fault) => complaints.push(String(fault))
  try {
    const { api, status } = await parseHydraDocumentation(`${origin.url}/v2`, { headers })
    return { api, status, complaints }
  } catch ({ error: fault }) {
    assert.fail(`expected it to be parsed: ${fault?.message}`)
  } finally {
    console.error = error
  }
}

const names = (fields) => fields.map(({ name }) => name)
const includes = (found, expected, what) => {
  const missing = expected.filter((name) => !found.includes(name))
  assert.deepEqual(missing, [], `expected ${what} ${expected}, found ${found}`)
}

const PROMISES = {
  async 'every resource is found, and nothing else'({ api, status }) {
    assert.equal(status, 200)
    assert.equal(api.entrypoint, `${origin.url}/v2`)
    assert.deepEqual(names(api.resources), Object.keys(RESOURCES))
    for (const { name, url, title } of api.resources) {
      assert.equal(url, `${origin.url}/v2/${name}`)
      assert.ok(title, `expected a title of ${name}`)
    }
  },
  async 'it complains of nothing'({ complaints }) {
    assert.deepEqual(complaints, [])
  },
  async 'each resource has its operations, each with a title and what it takes and gives'({ api }) {
    for (const { name, operations } of api.resources) {
      const found = {}
      for (const { type, method, name: title, returns, expects } of operations) {
        ;(found[type] ??= []).push(method)
        assert.ok(title && returns, `expected title and returns of ${method} of ${name}`)
        assert.equal(Boolean(expects), ['create', 'edit'].includes(type), `${method} of ${name}: expects ${expects}`)
      }
      assert.deepEqual(found, RESOURCES[name].operations, `operations of ${name}`)
    }
  },
  async 'the first way to edit is PATCH'({ api }) {
    const edits = api.resources.map(({ operations }) => operations.find(({ type }) => type === 'edit')).filter(Boolean)
    assert.deepEqual([...new Set(edits.map(({ method }) => method))], ['PATCH'])
  },
  async 'each resource has its fields: required, readable, writable'({ api }) {
    for (const { name, fields, readableFields, writableFields } of api.resources) {
      const { required = [], readable = [], writable = [] } = RESOURCES[name]
      assert.deepEqual(names(fields.filter((field) => field.required)), required, `required fields of ${name}`)
      includes(names(readableFields), readable, `readable fields of ${name}:`)
      includes(names(writableFields), writable, `writable fields of ${name}:`)
    }
  },
  async 'no password is readable'({ api }) {
    const { readableFields } = api.resources.find(({ name }) => name === 'users')
    assert.ok(!names(readableFields).includes('password'))
  },
  async 'fields have types, and say where there can be many'({ api }) {
    for (const { name, fields } of api.resources) {
      const { types = {}, many = [] } = RESOURCES[name]
      const of = (wanted) => fields.find((field) => field.name === wanted)
      for (const [field, type] of Object.entries(types)) assert.equal(of(field)?.type, type, `type of ${name}.${field}`)
      for (const field of many) assert.equal(of(field)?.maxCardinality, null, `expected many of ${name}.${field}`)
    }
  },
  async 'references lead to resources'({ api }) {
    for (const { name, fields } of api.resources) {
      const found = Object.fromEntries(
        fields.filter(({ reference }) => reference).map((field) => [field.name, field.reference.name])
      )
      assert.deepEqual(found, RESOURCES[name].references ?? {}, `references of ${name}`)
    }
  },
  async 'collections say what they are sorted and filtered by'({ api }) {
    for (const [name, wanted] of Object.entries(PARAMETERS)) {
      const parameters = await api.resources.find((resource) => resource.name === name).getParameters()
      includes(
        parameters.map(({ variable }) => variable),
        wanted,
        `parameters of ${name}:`
      )
    }
  },
  async 'every field of an item is described'({ api }) {
    for (const name of ['articles', 'datasets', 'models']) {
      const { fields } = api.resources.find((resource) => resource.name === name)
      const { member } = await origin.get(`/v2/${name}`)
      const keys = Object.keys(await origin.get(member.at(-1)['@id'])).filter(
        (key) => !key.startsWith('@') && key !== 'operation'
      )
      includes(names(fields), keys, `fields of ${name}:`)
    }
  }
}

const report = new Report(versioned('@api-platform/api-doc-parser'))
for (const [who, headers] of [
  ['anybody', {}],
  ['signed in', origin.credentials]
]) {
  const parsed = await parse(headers)
  for (const [sentence, promise] of Object.entries(PROMISES)) {
    await report.promise(`${who}: ${sentence}`, () => promise(parsed))
  }
}
report.finish()
