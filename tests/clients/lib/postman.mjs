// A Postman collection made of a description of the API: a request for each operation with the description's own
// examples, in an order in which they can succeed, and what must hold of each answer. What stands in a path is a
// variable: what the collection made, else the description's example, else the first that an answer had a URL of.

import assert from 'node:assert/strict'
import converter from 'openapi-to-postmanv2'

const METHODS = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch']
// Only a job that has not ended can be ended, and those here are quick. Else what the examples cannot say.
const NO_SUCCESS = {
  deleteJob: '409',
  // Nothing comes before a first version.
  readVersionComparison: '404',
  // What fits depends on the model, of which the description knows nothing: tests/clients/inference asks these.
  createInfer: '400',
  createVersionInfer: '400',
  createApplication: '422',
}
const OPTIONS = { folderStrategy: 'Tags', parametersResolution: 'Example' }

/** The description with one media type for each body: the one that has an example. */
function exemplified(description) {
  const copy = structuredClone(description)
  for (const { requestBody } of operations(copy).values()) {
    const types = Object.entries(requestBody?.content ?? {})
    const chosen = types.find(([, { example, examples }]) => example !== undefined || examples) ?? types[0]
    if (chosen) requestBody.content = Object.fromEntries([chosen])
  }
  return copy
}

/** What the library makes of the description: folders of requests. */
function convert(description) {
  return new Promise((resolve, reject) => {
    converter.convertV2({ type: 'json', data: exemplified(description) }, OPTIONS, (fault, made) => {
      if (fault || !made.result) reject(fault ?? new Error(made.reason))
      else resolve(made.output[0].data)
    })
  })
}

/** Every operation of the description, by `METHOD /path/{variable}`. */
export function operations(description) {
  const found = new Map()
  for (const [path, item] of Object.entries(description.paths)) {
    for (const method of METHODS.filter((method) => method in item)) {
      const parameters = [...(item.parameters ?? []), ...(item[method].parameters ?? [])]
      const resolved = parameters.map((parameter) => resolve(description, parameter))
      found.set(`${method.toUpperCase()} ${path}`, { ...item[method], method, path, parameters: resolved })
    }
  }
  return found
}

/** The object behind a reference. */
function resolve(description, object) {
  if (!object.$ref) return object
  return object.$ref.split('/').slice(1).reduce((inner, name) => inner[name], description)
}

/** Requests of all folders. */
function requests(folder) {
  return folder.item ? folder.item.flatMap(requests) : [folder]
}

/** Which request must come before which: what reads things, makes them, changes them, ends them. */
function rank({ method, path }) {
  const depth = path.split('/').length
  const step = { get: 0, head: 0, options: 0, post: 1, put: 2, patch: 3, delete: 4 }[method]
  return step * 100 + (method === 'delete' ? -depth : depth)
}

/** What an operation may answer with, and its media types and fields: a success, but for those above. */
function successes(description, operation) {
  const also = NO_SUCCESS[operation.operationId]
  const found = Object.entries(operation.responses).filter(([status]) => /^[23]/.test(status) || status === also)
  return Object.fromEntries(
    found.map(([status, response]) => {
      const { content = {}, headers = {} } = resolve(description, response)
      const required = Object.entries(headers).filter(([, header]) => resolve(description, header).required)
      return [status, { media: Object.keys(content), fields: required.map(([name]) => name) }]
    }),
  )
}

/** The variable of the collection for what stands in a path. */
const variableOf = (path, name) => `${path}/${name}`.replace(/[^a-z0-9]+/gi, '_')

/** The paths with something to fill in, as patterns of URLs below `base`; more of them are literal first. */
function templates(description, base) {
  const paths = Object.keys(description.paths).filter((path) => path.includes('{'))
  const escape = (text) => text.replace(/[.*+?^$()|[\]\\]/g, '\\$&')
  return paths
    .sort((one, other) => one.split('{').length - other.split('{').length)
    .map((path) => {
      const names = [...path.matchAll(/{([^}]+)}/g)].map(([, name]) => name)
      const pattern = escape(base + path).replace(/{[^}]+}/g, '([^/?#]+)')
      const variables = names.map((name) => variableOf(path, name))
      return { variables, pattern: `^${pattern}$`, isThing: path.endsWith('}') }
    })
}

/** The script that Postman runs after a request. */
function script(description, operation, base) {
  return `
const found = ${JSON.stringify(successes(description, operation))}[pm.response.code]
pm.test('is answered with a success that is described', () => {
  pm.expect(found, pm.response.code + ' ' + pm.response.text().slice(0, 300)).to.be.an('object')
})
pm.test('has a media type that is described', () => {
  const media = (pm.response.headers.get('Content-Type') ?? '').split(';')[0]
  if (!found) return
  if (found.media.length === 0) pm.expect(pm.response.text()).to.equal('')
  else if (!found.media.includes('*/*')) pm.expect(found.media).to.include(media)
})
pm.test('has the fields that are described', () => {
  for (const name of found?.fields ?? []) pm.expect(pm.response.headers.has(name), name).to.be.true
})
const seen = JSON.parse(pm.collectionVariables.get('seen'))
const told = (pm.response.headers.get('Location') + ' ' + pm.response.text()).match(/https?:[^\\s<>"{}]+/g) ?? []
for (const url of told) {
  const template = ${JSON.stringify(templates(description, base))}.find(({ pattern }) => new RegExp(pattern).test(url))
  if (!template || seen.includes(url)) continue
  seen.push(url)
  const isMade = pm.request.method === 'POST' && template.isThing
  if (isMade || !template.variables.every((name) => pm.collectionVariables.has(name))) {
    const values = url.match(new RegExp(template.pattern)).slice(1)
    template.variables.forEach((name, index) => pm.collectionVariables.set(name, values[index]))
  }
}
pm.collectionVariables.set('seen', JSON.stringify(seen))
`
}

/** The example of a parameter. */
const exampleOf = (parameter) =>
  parameter.example ?? Object.values(parameter.examples ?? {})[0]?.value ?? parameter.schema?.example

/** Fills in what the description gives as examples, and variables in the path. */
function fill(request, operation) {
  const by = new Map(operation.parameters.map((parameter) => [parameter.name.toLowerCase(), parameter]))
  for (const given of [...request.url.query, ...request.header].filter(({ key }) => by.has(key.toLowerCase()))) {
    const parameter = by.get(given.key.toLowerCase())
    const value = exampleOf(parameter)
    given.disabled = value === undefined && !parameter.required
    if (value !== undefined && typeof value !== 'object') given.value = String(value)
  }
  for (const given of request.url.variable) given.value = `{{${variableOf(operation.path, given.key)}}}`
}

/** The variables of paths for which the description has an example. */
function exampleVariables(known) {
  return [...known.values()].flatMap(({ path, parameters }) =>
    parameters
      .filter((parameter) => parameter.in === 'path' && exampleOf(parameter) !== undefined)
      .map((parameter) => ({ key: variableOf(path, parameter.name), value: String(exampleOf(parameter)) })),
  )
}

/** The collection for a server at that URL. */
export async function collection(description, base, token) {
  const made = await convert(description)
  const known = operations(description)
  const items = requests(made).map((item) => {
    const path = item.request.url.path.map((part) => part.replace(/^:(.*)$/, '{$1}')).join('/')
    const operation = known.get(`${item.request.method} /${path}`)
    assert.ok(operation, `expected the operation of ${item.request.method} /${path}`)
    fill(item.request, operation)
    item.name = `${item.request.method} /${path}`
    const exec = script(description, operation, base).split('\n')
    item.event = [{ listen: 'test', script: { type: 'text/javascript', exec } }]
    return { item, rank: rank(operation) }
  })
  made.item = items.sort((one, other) => one.rank - other.rank).map(({ item }) => item)
  made.variable = [
    { key: 'baseUrl', value: base },
    { key: 'bearerToken', value: token },
    // URLs in answers so far: one that is new in the answer to a POST is of what was made.
    { key: 'seen', value: '[]' },
    ...exampleVariables(known),
  ]
  return made
}
