// Every kind of page, as everybody reads it: accessible, small, quiet, and within a narrow window.

import assert from 'node:assert/strict'
import test, { after, before, describe } from 'node:test'
import { chromium } from 'playwright-core'
import { origin, publicPages, violations, withPage } from './lib.mjs'

const MOST_BYTES = 60 * 1024
const MOST_REQUESTS = 4
const MOST_MS = 500

let browser
let pages
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  pages = await publicPages()
})
after(() => browser.close())

/** Runs `look` on each page and names each page of which it found something. */
async function each(options, look) {
  const found = []
  for (const [kind, path] of pages) {
    const said = await withPage(browser, options, (page, context) => look(page, path, context))
    if (said.length > 0) found.push(`${kind} (${path}): ${said.join('; ')}`)
  }
  assert.deepEqual(found, [])
}

async function faults(page, path) {
  await page.goto(origin + path)
  return violations(page)
}

describe('every kind of page', () => {
  for (const colorScheme of ['light', 'dark']) {
    for (const width of [1280, 375]) {
      test(`keeps WCAG 2.2 AA in ${colorScheme} at ${width} pixels`, () =>
        each({ colorScheme, viewport: { width, height: 900 } }, faults))
    }
  }

  test('does not scroll sideways at 320 pixels', () =>
    each({ viewport: { width: 320, height: 640 } }, async (page, path) => {
      await page.goto(origin + path)
      const width = await page.evaluate(() => document.documentElement.scrollWidth)
      return width > 320 ? [`${width} pixels`] : []
    }))

  test('says nothing on the console and asks no other origin', () =>
    each({}, async (page, path) => {
      const said = []
      page.on('console', (message) => said.push(`${message.type()}: ${message.text()}`))
      page.on('pageerror', (fault) => said.push(String(fault)))
      page.on('request', (request) => {
        if (!request.url().startsWith(origin) && !request.url().startsWith('data:')) said.push(request.url())
      })
      await page.goto(origin + path, { waitUntil: 'networkidle' })
      return said
    }))

  test('is 60 KB in 4 requests at most', () =>
    each({}, async (page, path, context) => {
      let [bytes, requests] = [0, 0]
      const network = await context.newCDPSession(page)
      await network.send('Network.enable')
      network.on('Network.requestWillBeSent', ({ request }) => { requests += request.url.startsWith('data:') ? 0 : 1 })
      network.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength })
      await page.goto(origin + path, { waitUntil: 'networkidle' })
      const most = bytes <= MOST_BYTES && requests <= MOST_REQUESTS
      return most ? [] : [`${bytes} bytes in ${requests} requests`]
    }))

  test('has a title, a description, one heading and a canonical address', () =>
    each({}, async (page, path) => {
      await page.goto(origin + path)
      const found = await page.evaluate(() => ({
        title: document.title.length > 0,
        description: document.querySelector('meta[name=description]')?.content.length > 0,
        heading: document.querySelectorAll('h1').length === 1,
        canonical: document.querySelector('link[rel=canonical]')?.href.length > 0,
        language: document.documentElement.lang === 'en'
      }))
      return Object.keys(found).filter((key) => !found[key])
    }))
})

/** Milliseconds until the largest part of a page was painted; without end if none was within ten seconds. */
const painted = (path) => withPage(browser, {}, async (page) => {
  await page.goto(origin + path, { waitUntil: 'load' })
  return page.evaluate(() => new Promise((resolve) => {
    setTimeout(() => resolve(Infinity), 10_000)
    new PerformanceObserver((list) => resolve(list.getEntries().at(-1).startTime))
      .observe({ type: 'largest-contentful-paint', buffered: true })
  }))
})

/** The median of five times. */
async function median(path) {
  const times = []
  for (let turn = 0; turn < 5; turn += 1) times.push(await painted(path))
  return times.sort((one, other) => one - other)[2]
}

test('the main pages are painted within half a second', async () => {
  const slow = []
  for (const [kind, path] of pages.filter(([kind]) => ['home', 'dataset', 'model', 'article'].includes(kind))) {
    let time = Infinity
    // Once more where the machine was busy with something else: the page is as fast as it ever was.
    for (let turn = 0; turn < 3 && time >= MOST_MS; turn += 1) time = await median(path)
    if (time >= MOST_MS) slow.push(`${kind}: ${time} ms`)
  }
  assert.deepEqual(slow, [])
})
