// Names without spaces, as columns and classes have them: no page is wider than a narrow window for them.

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { chromium } from 'playwright-core'
import { document, origin, send, signedIn, token, withPage } from './lib.mjs'

const COLUMN = 'average_daily_precipitation_in_millimetres'
const CLASSES = ['moderately_severe_precipitation_expected', 'no_precipitation_expected', 'x'.repeat(121)]
const [DATASET, MODEL] = ['/v2/datasets/long-names', '/v2/models/long-names']
const NARROW = { viewport: { width: 320, height: 640 } }

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  const rows = Array.from({ length: 120 }, (_, i) => `${(i % 3) * 5 + (i % 7)},${i % 5},${CLASSES[i % 3]}`)
  const table = [`${COLUMN},wind,precipitation_class_as_forecast_by_the_regional_office`, ...rows, ''].join('\n')
  await send('POST', `/v2/datasets?identifier=long-names&name=Long`, table, 'text/csv')
  const wanted = {
    identifier: 'long-names', headline: 'Long', dataset: 'long-names', features: [COLUMN, 'wind'],
    target: 'precipitation_class_as_forecast_by_the_regional_office'
  }
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Prefer: 'wait=30' }
  const trained = await fetch(origin + '/v2/models', { method: 'POST', headers, body: JSON.stringify(wanted) })
  assert.ok(trained.ok, await trained.text())
  await document(MODEL)
})
after(async () => {
  for (const path of [MODEL, DATASET]) {
    await fetch(origin + path, { method: 'DELETE', headers: { Authorization: `Bearer ${token}` } })
  }
  await browser.close()
})

const width = (page) => page.evaluate(() => window.document.documentElement.scrollWidth)

test('long names make no page scroll sideways', async () => {
  const version = await document(`${MODEL}/versions/1`)
  const question = new URLSearchParams([[COLUMN, 3], ['wind', 2]])
  const paths = [
    DATASET, `${DATASET}/rows`, `${DATASET}/rows/1`, `${DATASET}/rows?facet=${version.target}`, MODEL,
    `${MODEL}/versions/1`, `${MODEL}/versions/1/curves`, `${version.predict.template.split('{')[0]}?${question}`
  ]
  const found = []
  for (const path of paths) {
    const wide = await withPage(browser, NARROW, async (page) => {
      await page.goto(new URL(path, origin).href)
      return width(page)
    })
    if (wide > 320) found.push(`${path}: ${wide} pixels`)
  }
  assert.deepEqual(found, [])
})

test('nor the form of a row', () =>
  signedIn(browser, '/edit/datasets/long-names/rows/1', async (page) => {
    assert.equal(await width(page), 320)
  }, NARROW))
