// Pages of jobs: what goes on is seen as it goes on, and is called off.

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { chromium } from 'playwright-core'
import { document, origin, send, signedIn, token } from './lib.mjs'

// In no list: other tests take what is newest.
const TABLE = '/v2/datasets?identifier=long&name=Long&visibility=unlisted'

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  // Numbers that come again each time; three classes that are hard to tell apart.
  const wave = (i, n) => ((i * i * (n + 3) + i * 7919) % 1009) / 100
  const rows = Array.from({ length: 3000 }, (_, i) => {
    const cells = Array.from({ length: 8 }, (_, n) => wave(i, n))
    return [...cells, ['a', 'b', 'c'][Math.floor(cells[0] + cells[1] + wave(i, 20)) % 3]].join(',')
  })
  const header = [...Array.from({ length: 8 }, (_, n) => `x${n}`), 'kind'].join(',')
  await send('POST', TABLE, `${header}\n${rows.join('\n')}\n`, 'text/csv')
})
after(() => browser.close())

let made = 0

/** Begins a training with so many penalties to be tried, in twenty folds each; the path of its job. */
async function train(candidates) {
  const penaltySearch = { candidates: Array.from({ length: candidates }, (_, i) => 10 ** (i / 8 - 3)), folds: 20 }
  const answer = await fetch(`${origin}/v2/models`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', Prefer: 'respond-async' },
    body: JSON.stringify({ dataset: 'long', target: 'kind', headline: `Long, ${made += 1}`, visibility: 'unlisted', penaltySearch })
  })
  assert.equal(answer.status, 202, await answer.clone().text())
  return answer.headers.get('Location').slice(origin.length)
}

const own = { Authorization: `Bearer ${token}` }

test('a page of a job follows it, says nothing on the console, and shows the end', async () => {
  await signedIn(browser, '/v2/jobs', async (page) => {
    // One is learnt after the other: while the page is opened, its job waits.
    const [before, path] = [await train(20), await train(6)]
    const [said, followed] = [[], []]
    page.on('console', (message) => said.push(message.text()))
    page.on('pageerror', (fault) => said.push(String(fault)))
    page.on('request', (request) => { if (request.resourceType() === 'eventsource') followed.push(request.url()) })
    await page.goto(origin + path)
    await page.evaluate(() => { window.before = document.querySelector('progress').value })
    await send('DELETE', before)

    await page.waitForFunction(() => document.querySelector('progress')?.value > window.before, null, { timeout: 300_000 })
    assert.deepEqual([...new Set(followed)], [origin + path])
    await page.waitForFunction(() => window.before === undefined && document.querySelector('.result a'), null, { timeout: 300_000 })
    assert.match(await page.textContent('.result'), /The job is succeeded/)
    assert.equal((await document(path, own)).status, 'succeeded')
    assert.deepEqual(said, [])
  })
})

test('a job is called off from its page, without scripts', async () => {
  await signedIn(browser, '/v2/jobs', async (page) => {
    const [running, waiting] = [await train(20), await train(20)]
    for (const path of [waiting, running]) {
      await page.goto(origin + path)
      await page.click('a:text-is("Call it off")')
      await page.click('button:text-is("Call it off")')
      assert.equal(page.url(), origin + path)
      assert.match(await page.textContent('.result'), /The job is cancelled/)
      assert.equal(await page.locator('a:text-is("Call it off")').count(), 0)
      assert.equal((await document(path, own)).status, 'cancelled')
    }
  }, { javaScriptEnabled: false })
})
