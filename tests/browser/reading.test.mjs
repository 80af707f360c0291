// What a person does: reads with the keyboard alone, without scripts, goes back, and takes lines away.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { document, enter, origin, publicPages, tabTo, withBrowser, withPage } from './lib.mjs'

/** Fills the form of predictions with the keyboard, from its first field on. */
async function ask(page, mapping) {
  for (const { variable, levels, minimum } of mapping) {
    await tabTo(page, new RegExp(`^${variable}\\b`))
    await page.keyboard.type(String(levels ? levels[0] : minimum))
  }
  await tabTo(page, 'Predict')
  await enter(page)
}

for (const javaScriptEnabled of [true, false]) {
  const without = javaScriptEnabled ? '' : ', without scripts'
  test(`a prediction is reached from home with the keyboard alone${without}`, () =>
    withBrowser((browser) => withPage(browser, { javaScriptEnabled }, async (page) => {
      const [model] = (await document((await document('/')).models)).member
      await page.goto(origin)

      await tabTo(page, 'Skip to content')
      await tabTo(page, 'Models')
      await enter(page)
      await tabTo(page, model.headline)
      await enter(page)
      await ask(page, model.predict.mapping)

      assert.match(await page.textContent('.result'), /^The model says \w+, probability [\d.<> ]+ %/)
      assert.equal(await page.locator('main h2', { hasText: 'What moved the answer' }).count(), 1)
    })))
}

test('without scripts every page says what it says with them', () =>
  withBrowser(async (browser) => {
    const text = (javaScriptEnabled, path) => withPage(browser, { javaScriptEnabled }, async (page) => {
      await page.goto(origin + path)
      return (await page.locator('main').innerText()).replace(/^Copy$\n*/gm, '').replace(/\s+/g, ' ')
    })
    for (const [kind, path] of await publicPages()) {
      assert.equal(await text(false, path), await text(true, path), kind)
    }
  }))

test('rows are sorted and chosen by links and a form, without scripts', () =>
  withBrowser((browser) => withPage(browser, { javaScriptEnabled: false }, async (page) => {
    const [, path] = (await publicPages()).find(([kind]) => kind === 'rows')
    await page.goto(origin + path)

    await page.click('thead a:text-is("body_mass_g")')
    await page.click('thead a:text-is("body_mass_g")')
    assert.match(page.url(), /sort=-body_mass_g/)
    assert.equal(await page.getAttribute('th[aria-sort]', 'aria-sort'), 'descending')
    await page.click('summary:text-is("Choose rows")')
    await page.selectOption('select[name="filter[species][eq]"]', 'Adelie')
    await page.click('button:text-is("Choose")')

    assert.match(await page.textContent('caption'), /of 152/)
    const [most] = (await document(`${path}?sort=-body_mass_g&limit=1&filter[species][eq]=Adelie`)).member
    assert.equal(await page.textContent('tbody tr:first-child th'), most.identifier)
  })))

test('going back shows pages, whatever else was read at their addresses', () =>
  withBrowser((browser) => withPage(browser, {}, async (page) => {
    for (const kind of ['dataset', 'version', 'article']) {
      const [, path] = (await publicPages()).find(([name]) => name === kind)
      await page.goto(origin + path)
      const heading = await page.textContent('h1')
      await page.click('a.btn:has-text("JSON-LD")')
      await page.goBack()
      assert.equal(await page.textContent('h1'), heading)
      await page.goForward()
      await page.goBack()
      assert.equal(await page.textContent('h1'), heading)
    }
  })))

test('going back never shows what a script or another program of the browser read at the same address', () =>
  withBrowser((browser) => withPage(browser, {}, async (page) => {
    for (const [kind, path] of await publicPages()) {
      await page.goto(origin + path)
      const heading = await page.textContent('h1')
      for (const type of ['application/ld+json', 'application/json']) {
        await page.evaluate(([url, type]) => fetch(url, { headers: { Accept: type } }).then((answer) => answer.text()), [origin + path, type])
      }
      await page.goto(`${origin}/problems/not-found`)
      await page.goBack()
      assert.equal(await page.textContent('h1'), heading, kind)
    }
  })))

test('things are called by their titles where pages name them', () =>
  withBrowser((browser) => withPage(browser, {}, async (page) => {
    const [article] = (await document((await document('/')).articles)).member
    const [model] = (await document((await document('/')).models)).member
    const [, path] = (await publicPages()).find(([kind]) => kind === 'dataset')
    const { name } = await document(path)
    await page.goto(origin + path)
    for (const [url, title] of [[article['@id'], article.headline], [model['@id'], model.headline]]) {
      assert.equal(await page.textContent(`aside a[href="${url}"]`), title)
    }
    await page.goto(`${origin}${path}/rows`)
    assert.equal(await page.textContent('h1'), `Rows of ${name}`)
    assert.equal(await page.textContent(`nav.crumbs a[href="${origin}${path}"]`), name)
  })))

test('the lines for curl and for Python run as they stand', () =>
  withBrowser((browser) => withPage(browser, {}, async (page) => {
    const folder = mkdtempSync(join(tmpdir(), 'almanac-lines-'))
    try {
      for (const [kind, path] of await publicPages()) {
        if (!['dataset', 'model', 'version'].includes(kind)) continue
        await page.goto(origin + path)
        const lines = async (language) => page.locator('details', { has: page.locator(`summary:text-is("${language}")`) })
          .locator('code').textContent()
        const run = (program, flags, text) => execFileSync(program, [...flags, text], { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
        const curl = run('bash', ['-ec'], await lines('curl'))
        const python = run(process.env.PYTHON, ['-c'], await lines('Python'))
        if (kind === 'dataset') assert.match(python, /count/)
        else assert.equal(JSON.parse(curl).class, python.trim(), kind)
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })))
