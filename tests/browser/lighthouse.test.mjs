// What Lighthouse makes of the pages, offline: 95 of 100 at least, in each of its four categories.

import assert from 'node:assert/strict'
import test from 'node:test'
import * as launcher from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { origin, publicPages } from './lib.mjs'

const LEAST = 95
const KINDS = ['home', 'datasets', 'dataset', 'rows', 'model', 'prediction', 'article']

test('Lighthouse gives 95 at least for performance, accessibility, best practices and search', async () => {
  const chrome = await launcher.launch({
    chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu']
  })
  try {
    const low = []
    for (const [kind, path] of await publicPages()) {
      if (!KINDS.includes(kind)) continue
      const { lhr } = await lighthouse(origin + path, { port: chrome.port, logLevel: 'error', output: 'json' })
      for (const { id, score, auditRefs } of Object.values(lhr.categories)) {
        if (score * 100 >= LEAST) continue
        const failed = auditRefs.map((one) => lhr.audits[one.id]).filter((one) => one.score !== null && one.score < 0.9)
        low.push(`${kind}, ${id}: ${Math.round(score * 100)} (${failed.map((one) => one.id).join(', ')})`)
      }
    }
    assert.deepEqual(low, [])
  } finally {
    chrome.kill()
  }
})
