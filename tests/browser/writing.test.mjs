// What a person writes with a browser alone, without scripts and with the keyboard.

import assert from 'node:assert/strict'
import test, { after, before } from 'node:test'
import { chromium } from 'playwright-core'
import { document, enter, origin, send, signedIn as signIn, tabTo, withPage } from './lib.mjs'

let browser
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
})
after(() => browser.close())

/** A tab without scripts in which the administrator has signed in, at the page that asked for it. */
const signedIn = (path, use) => signIn(browser, path, use, { javaScriptEnabled: false })

/** Types into a field that is reached with the keyboard. */
async function type(page, label, text) {
  await tabTo(page, label)
  await page.keyboard.type(text)
}

test('an article is written from home with the keyboard alone, seen before, and published', () =>
  withPage(browser, { javaScriptEnabled: false }, async (page) => {
    await page.goto(origin)
    await tabTo(page, 'Articles')
    await enter(page)
    await tabTo(page, 'Write an article')
    await enter(page)
    await type(page, 'Name', 'admin')
    await type(page, 'Password', process.env.ALMANAC_PASSWORD)
    await enter(page)

    await type(page, /^Headline/, 'A cold April')
    await type(page, /^Article body/, 'It **froze** nine nights. <script>alert(1)</script>')
    await tabTo(page, 'Preview')
    await enter(page)
    assert.equal(await page.textContent('.prose strong'), 'froze')
    assert.equal(await page.inputValue('[name=headline]'), 'A cold April')
    await tabTo(page, 'Write an article', 200)
    await enter(page)

    assert.equal(await page.textContent('h1'), 'A cold April')
    assert.equal(await page.locator('main script').count(), 0)
    assert.match((await document(page.url())).articleBody, /froze/)
  }))

test('what is wrong stands beside its field, and what was typed stays', () =>
  signedIn('/edit/articles', async (page) => {
    await page.fill('[name=headline]', 'Kept')
    await page.fill('[name=identifier]', 'No Such Slug!')
    await page.fill('[name=articleBody]', 'Text that stays.')
    await page.click('button[value=save]')

    const field = page.locator('[name=identifier]')
    assert.equal(await field.getAttribute('aria-invalid'), 'true')
    const described = await field.getAttribute('aria-describedby')
    const faults = await page.locator(`#${described.split(' ').at(-1)}`).textContent()
    assert.match(faults, /^Expected .*, found "No Such Slug!"/)
    assert.equal(await page.inputValue('[name=articleBody]'), 'Text that stays.')
  }))

test('an edit that comes too late shows both versions and loses nothing that was typed', async () => {
  const made = await (await send('POST', '/v2/articles', { headline: 'Twice', articleBody: 'first' })).json()
  await signedIn(made['@id'].slice(origin.length).replace('/v2', '/edit'), async (page) => {
    await send('PATCH', made['@id'], { articleBody: 'theirs' }, 'application/merge-patch+json')
    await page.fill('[name=articleBody]', 'mine')
    await page.click('button[value=save]')

    assert.match(await page.textContent('main'), /Somebody changed this meanwhile/)
    assert.match(await page.textContent('section[aria-labelledby=now]'), /theirs/)
    assert.equal(await page.inputValue('[name=articleBody]'), 'mine')
    await page.click('button[value=save]')
    assert.equal((await document(made['@id'])).articleBody, 'mine')

    await page.goto(made['@id'].replace('/v2', '/edit'))
    await page.click('summary:text-is("Delete it")')
    await page.click('button[value=delete]')
    assert.equal((await fetch(made['@id'])).status, 404)
  })
})

test('a CSV file is looked at, corrected, published, edited, learned from and asked', () =>
  signedIn('/edit/datasets', async (page) => {
    const rows = Array.from({ length: 60 }, (_, i) => `${i % 7},${i % 2 ? 'wet' : 'dry'},${1000 + i}`)
    await page.setInputFiles('[name=file]', {
      name: 'frost_nights.csv', mimeType: 'text/csv', buffer: Buffer.from(`wind,sky,code\n${rows.join('\n')}\n`)
    })
    await page.click('button[value=save]')
    assert.equal(await page.inputValue('[name=name]'), 'frost nights')
    assert.match(await page.textContent('legend'), /60 rows/)
    assert.equal(await page.inputValue('[name="types[sky]"]'), 'category')
    await page.selectOption('[name="types[code]"]', 'text')
    await page.fill('[name="units[wind]"]', 'm/s')
    await page.click('button[value=save]')
    assert.equal(await page.textContent('h1'), 'frost nights')
    const dataset = await document(page.url())
    assert.deepEqual(dataset.columns.map((one) => one.columnType), ['integer', 'category', 'text'])
    assert.equal(dataset.columns[0].unitText, 'm/s')

    await page.goto(`${dataset.rows}/1`)
    await page.click('text=Change the row')
    await page.fill('[name="cells.wind"]', 'calm')
    await page.click('button[value=save]')
    assert.equal(await page.getAttribute('[name="cells.wind"]', 'aria-invalid'), 'true')
    await page.fill('[name="cells.wind"]', '5')
    await page.click('button[value=save]')
    assert.equal((await document(`${dataset.rows}/1`)).cells.wind, 5)

    await page.goto(dataset['@id'])
    await page.click('text=Train a model on it')
    assert.equal(await page.inputValue('[name=dataset]'), 'frost-nights')
    await page.fill('[name=headline]', 'Wet or dry')
    await page.selectOption('[name=target]', 'sky')
    await page.fill('[name=features]', 'wind')
    await page.fill('[name="split.test"]', '0.5')
    await page.fill('[name="split.seed"]', '7')
    await page.click('button[value=save]')
    await page.waitForSelector('.result:has-text("succeeded")')
    await page.click('.result a')
    assert.match(await page.textContent('h1'), /Wet or dry/)
    const { settings } = await document(page.url())
    assert.deepEqual([settings.split.test, settings.split.seed], [0.5, 7])
  }))

test('rows are added from a file, and a revision is sealed from one', () =>
  signedIn('/edit/datasets', async (page) => {
    const choose = async (name, text) => {
      await page.setInputFiles('[name=file]', { name, mimeType: 'text/csv', buffer: Buffer.from(text) })
    }
    await choose('late_frost.csv', 'night,cold\n1,true\n2,false\n')
    await page.click('button[value=save]')
    await page.click('button[value=save]')
    const dataset = await document(page.url())

    await page.goto(dataset.rows)
    await page.click('text=Add a row')
    await choose('more.csv', 'night,cold\n3,true\n4,perhaps\n')
    await page.click('button:text-is("Send the file")')
    assert.match(await page.textContent('.fault'), /line 3.*perhaps/)
    await choose('more.csv', 'night,cold\n3,true\n4,false\n')
    await page.click('button:text-is("Send the file")')
    assert.equal((await document(dataset['@id'])).rowCount, 4)

    await page.goto(dataset.revisions)
    await page.click('text=Seal a revision')
    await choose('whole.csv', 'night,cold\n9,true\n')
    await page.fill('[name=note]', 'Measured anew')
    await page.click('button[value=save]')
    const revision = await document(page.url())
    assert.deepEqual([revision.version, revision.rowCount, revision.note], [2, 1, 'Measured anew'])
  }))

test('a message is left and deleted', () =>
  signedIn('/edit/messages', async (page) => {
    await page.fill('[name=text]', 'Good morning')
    await page.click('button[value=save]')
    const left = page.url()
    assert.equal((await document(left)).contentSize, '12')
    await page.click('text=Delete the message')
    await page.click('button[value=delete]')
    assert.equal((await fetch(left)).status, 404)
  }))
