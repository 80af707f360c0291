// Spectral with all of its rules for OpenAPI: no error in the description of either version.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Origin } from '../lib/origin.mjs'
import { Report } from '../lib/report.mjs'

const require = createRequire(import.meta.url)
const manifest = require.resolve('@stoplight/spectral-cli/package.json')
const { version, bin } = require(manifest)
const program = join(dirname(manifest), Object.values(bin)[0])

/** What the program finds, as it says it in JSON. */
function lint(url, rules) {
  const sent = [program, 'lint', url, '--ruleset', rules, '--format', 'json', '--quiet']
  return new Promise((resolve, reject) => {
    execFile(process.execPath, sent, { maxBuffer: 1 << 26 }, (fault, output, errors) => {
      // 1 is its exit code for what it found.
      if (fault && fault.code !== 1) reject(new Error(`${fault.message}\n${errors}`))
      else resolve(JSON.parse(output))
    })
  })
}

/** Fails with the errors (severity 0), those of one rule together. */
function noErrors(found) {
  const lines = found.filter(({ severity }) => severity === 0)
  const shown = lines.slice(0, 8).map(({ code, path, message }) => `${code} at ${path.join('.')}: ${message}`)
  assert.equal(lines.length, 0, `${lines.length} errors:\n          ${shown.join('\n          ')}`)
}

const origin = new Origin()
const report = new Report(`Spectral ${version}`)
const folder = await mkdtemp(join(tmpdir(), 'spectral-'))
const rules = join(folder, 'rules.json')
await writeFile(rules, JSON.stringify({ extends: [['spectral:oas', 'all']] }))
for (const name of ['v1', 'v2']) {
  await report.promise(`finds no error in the description of ${name}`, async () => {
    noErrors(await lint(`${origin.url}/openapi/${name}.json`, rules))
  })
}
await rm(folder, { recursive: true })
report.finish()
