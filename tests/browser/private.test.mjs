// Pages for one person: as accessible as those for all, in every width, in light and dark.

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { chromium } from 'playwright-core'
import { origin, signedIn, violations, withPage } from './lib.mjs'

const PAGES = [
  '/account', '/account/tokens', '/account/sessions', '/account/password', '/account/users', '/account/users/admin',
  '/account/audit', '/edit/articles', '/edit/articles/telling-penguins-apart', '/edit/datasets',
  '/edit/datasets/penguins', '/edit/datasets/penguins/rows', '/edit/datasets/penguins/rows/1',
  '/edit/datasets/penguins/revisions', '/edit/models?dataset=penguins', '/edit/models/penguins',
  '/edit/models/penguins/versions', '/edit/messages', '/edit/jobs/1', '/v2/jobs', '/v2/jobs/1', '/v2/usage', '/v2/users'
]
const WIDTHS = [320, 375, 1280]

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
})
after(() => browser.close())

/** What is wrong with the page that is open. */
async function faults(page, width) {
  const found = await violations(page)
  const wide = await page.evaluate(() => document.documentElement.scrollWidth)
  if (width === 320 && wide > width) found.push(`${wide} pixels wide`)
  return found
}

for (const colorScheme of ['light', 'dark']) {
  for (const width of WIDTHS) {
    const options = { colorScheme, viewport: { width, height: 800 } }
    test(`pages for one person keep WCAG 2.2 AA in ${colorScheme} at ${width} pixels`, () =>
      signedIn(browser, '/account', async (page) => {
        const found = []
        for (const path of PAGES) {
          const answer = await page.goto(origin + path)
          if (answer.status() !== 200) found.push(`${path}: ${answer.status()}`)
          found.push(...(await faults(page, width)).map((fault) => `${path}: ${fault}`))
        }
        assert.deepEqual(found, [])
      }, options))

    test(`so does the page to sign in, before and after a wrong password, in ${colorScheme} at ${width} pixels`, () =>
      withPage(browser, options, async (page) => {
        await page.goto(`${origin}/sign-in`)
        assert.deepEqual(await faults(page, width), [])
        await page.fill('input[name=name]', 'nobody')
        await page.fill('input[name=password]', 'not the password')
        await page.click('main button')
        assert.deepEqual(await faults(page, width), [])
      }))
  }
}

test('going back shows pages that are one\'s own, whatever else was read at their addresses', () =>
  signedIn(browser, '/account', async (page) => {
    for (const path of ['/v2/jobs', '/v2/jobs/1', '/v2/usage', '/account']) {
      await page.goto(origin + path)
      const heading = await page.textContent('h1')
      await page.evaluate((url) => fetch(url, { headers: { Accept: 'application/json' } }), origin + path)
      await page.goto(origin)
      await page.goBack()
      assert.equal(await page.textContent('h1'), heading, path)
    }
  }))
