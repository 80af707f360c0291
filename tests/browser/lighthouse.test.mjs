// What Lighthouse makes of the pages, offline: 95 of 100 at least, in each of its four categories.

import assert from 'node:assert/strict'
import test from 'node:test'
import * as launcher from 'chrome-launcher'
import lighthouse from 'lighthouse'
import { origin, publicPages } from './lib.mjs'

const LEAST = 95
const KINDS = ['home', 'datasets', 'dataset', 'rows', 'model', 'prediction', 'article']

/** The categories of a page that have fewer points, with what cost them. */
async function judged(url, port) {
  const { lhr } = await lighthouse(url, { port, logLevel: 'error', output: 'json' })
  const low = Object.values(lhr.categories).filter(({ score }) => score * 100 < LEAST)
  return low.map(({ id, score, auditRefs }) => {
    const failed = auditRefs.map((one) => lhr.audits[one.id]).filter((one) => one.score !== null && one.score < 0.9)
    return `${id}: ${Math.round(score * 100)} (${failed.map((one) => one.id).join(', ')})`
  })
}

test('Lighthouse gives 95 at least for performance, accessibility, best practices and search', async () => {
  const chrome = await launcher.launch({
    chromePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    chromeFlags: ['--headless=new', '--no-sandbox', '--disable-gpu']
  })
  try {
    const low = []
    for (const [kind, path] of await publicPages()) {
      if (!KINDS.includes(kind)) continue
      let found
      // Once more where the machine was busy with something else: the page is as fast as it ever was.
      for (let turn = 0; turn < 3 && found?.length !== 0; turn += 1) found = await judged(origin + path, chrome.port)
      low.push(...found.map((one) => `${kind}, ${one}`))
    }
    assert.deepEqual(low, [])
  } finally {
    chrome.kill()
  }
})
