// A recorded session: Ketting starts at `/` and ends with a prediction. What is said on the wire, but for what
// differs from server to server, must be what docs/ketting-session.md shows.
//
// usage: ketting_session.mjs [--record]      (--record: writes that file)

import assert from 'node:assert/strict'
import { readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Client } from 'ketting'
import { Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const DOCUMENT = join(realpathSync(fileURLToPath(new URL('.', import.meta.url))), '../../../docs/ketting-session.md')
const SITE = 'https://data.example.org'
const PENGUIN = {
  bill_length_mm: 39.1,
  bill_depth_mm: 18.7,
  flipper_length_mm: 181,
  body_mass_g: 3750,
  sex: 'male',
  island: 'Torgersen'
}

const origin = new Origin()
const lines = []
const say = (...texts) => lines.push(...texts)

/** Notes the lines of a request and of its answer that say what is wanted and what came. */
async function overheard(request, next) {
  const { method, url, headers } = request
  say('```http', `${method} ${url.slice(origin.url.length)} HTTP/1.1`, `Accept: ${headers.get('accept')}`)
  if (headers.has('content-type')) say(`Content-Type: ${headers.get('content-type')}`)
  const body = await request.clone().text()
  if (body) say('', body)
  const answer = await next(request)
  say('```', '', '```http', `HTTP/1.1 ${answer.status} ${answer.statusText}`)
  for (const name of ['Content-Type', 'Location'])
    if (answer.headers.has(name)) say(`${name}: ${answer.headers.get(name)}`)
  say('```', '')
  return answer
}

const code = (text) => say('```js', text, '```', '')
const list = (items) => say(...items.map((item) => `- ${item}`), '')

async function session() {
  const ketting = new Client(`${origin.url}/`)
  ketting.use(overheard)

  code("const home = await new Client('https://data.example.org/').go().get()")
  const home = await ketting.go().get()
  say('The front door is a HAL-FORMS document. Its links:', '')
  list(
    home.links
      .getAll()
      .filter(({ rel, type }) => !type && !rel.includes(':'))
      .map(({ rel, href }) => `\`${rel}\`: ${href}`)
  )

  code(`const models = await home.follow('models').get()
const [found] = (await models.follow('search', { name: 'penguins' }).get()).followAll('item')
const model = await found.get()`)
  const models = await home.follow('models').get()
  const [found] = (await models.follow('search', { name: 'penguins' }).get()).followAll('item')
  const model = await found.get()
  say('A collection comes with its members, so the model itself is not asked for any more.', '')

  code("const predictions = await model.follow('predictions').get()\nconst form = predictions.action()")
  const predictions = await model.follow('predictions').get()
  const form = predictions.action()
  say(`The form is called “${form.title}” (${form.method}); its fields:`, '')
  list(
    form.fields.map(
      ({ name, type, label, options }) =>
        `\`${name}\`: ${type}, “${label}”${options ? `, one of ${Object.keys(options).join(', ')}` : ''}`
    )
  )

  code(`const prediction = await form.submit(${JSON.stringify(PENGUIN, null, 2)})`)
  const prediction = await form.submit(PENGUIN)
  const chances = prediction.data.probabilities.map(
    ({ ofClass, probability }) => `${ofClass} ${probability.toFixed(2)}`
  )
  say(`The prediction: **${prediction.data.class}** (${chances.join(', ')}).`)
}

const BEFORE = `# A session with Ketting

What ${versioned('ketting')} and a server with the example data say to each other, from \`/\` to a prediction. No URL is
known but the first; the server is the one at ${SITE}. Made and checked by
\`tests/clients/hypermedia/ketting_session.mjs\`.
`

const report = new Report(`session of ${versioned('ketting')}`)
await report.promise('from the front door to a prediction, as the document shows it', async () => {
  await session()
  const found = `${BEFORE}\n${lines.join('\n')}\n`.replaceAll(origin.url, SITE)
  if (process.argv.includes('--record')) writeFileSync(DOCUMENT, found)
  assert.equal(found, readFileSync(DOCUMENT, 'utf8'))
})
report.finish()
