// newman, Postman's program without windows, on the collection made of each version's description.

import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import newman from 'newman'
import { Origin } from '../lib/origin.mjs'
import { collection, operations } from '../lib/postman.mjs'
import { Report } from '../lib/report.mjs'

const require = createRequire(import.meta.url)
const version = (name) => `${name} ${require(`${name}/package.json`).version}`
const origin = new Origin()

/** How a run of the collection went. */
function run(made) {
  return new Promise((resolve, reject) => {
    newman.run({ collection: made, ignoreRedirects: true, timeoutRequest: 30_000 }, (fault, summary) =>
      fault ? reject(fault) : resolve(summary.run),
    )
  })
}

/** Fails with what failed, and unless every operation was asked. */
async function succeeds(name) {
  const description = await (await origin.send('GET', `/openapi/${name}.json`)).json()
  const made = await collection(description, origin.url, process.env.ALMANAC_TOKEN)
  const { failures, stats } = await run(made)
  const lines = failures.map(({ source, error }) => `${source?.name}: ${error.test ?? error.name}: ${error.message}`)
  assert.equal(lines.length, 0, `${lines.length} failures:\n          ${lines.slice(0, 20).join('\n          ')}`)
  assert.equal(stats.requests.total, operations(description).size, 'expected a request for each operation')
  assert.ok(stats.assertions.total >= 3 * stats.requests.total, `found ${stats.assertions.total} assertions`)
}

const report = new Report(`${version('newman')}, ${version('openapi-to-postmanv2')}`)
for (const name of ['v1', 'v2']) {
  await report.promise(`every operation of ${name} succeeds with the description's examples`, () => succeeds(name))
}
report.finish()
