// A browser for the tests, the pages that there are, and what all of them are asked.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking']

export const origin = process.env.ALMANAC_URL
export const token = process.env.ALMANAC_TOKEN

/** Runs `use` with a browser and closes it. */
export async function withBrowser(use) {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  try {
    return await use(browser)
  } finally {
    await browser.close()
  }
}

/** Runs `use` with a fresh tab and an empty cache; gives what it gives. */
export async function withPage(browser, options, use) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })
  try {
    return await use(await context.newPage(), context)
  } finally {
    await context.close()
  }
}

/** The rules that every page keeps: WCAG 2.2 AA. */
const STANDARD = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What a page that is open does not keep of them. */
export async function violations(page) {
  await page.evaluate(axe)
  const { violations } = await page.evaluate((tags) => window.axe.run({ runOnly: tags }), STANDARD)
  return violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`)
}

/** A tab in which the administrator has signed in, at the page that asked for it. */
export const signedIn = (browser, path, use, options = {}) =>
  withPage(browser, options, async (page) => {
    await page.goto(origin + path)
    await page.fill('input[name=name]', 'admin')
    await page.fill('input[name=password]', process.env.ALMANAC_PASSWORD)
    await page.click('main button')
    assert.equal(new URL(page.url()).pathname, path.split('?')[0])
    return use(page)
  })

/** The document at a path. */
export async function document(path, headers = {}) {
  const answer = await fetch(new URL(path, origin), { headers: { Accept: 'application/json', ...headers } })
  assert.equal(answer.status, 200, `${path}: ${answer.status}`)
  return answer.json()
}

/** Sends a document with the administrator's token. */
export async function send(method, path, body, type = 'application/json') {
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': type, Accept: 'application/json' }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(new URL(path, origin), { method, headers, body: text })
  assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${await answer.clone().text()}`)
  return answer
}

const path = (url) => url.slice(origin.length)
const first = async (list) => (await document(list)).member[0]

/** Every kind of page that everybody can read: name and path, by following links from the front door. */
export async function publicPages() {
  const front = await document('/')
  const [dataset, model, article] = await Promise.all([
    first(front.datasets), first(front.models), first(front.articles)
  ])
  const whole = await document(dataset['@id'])
  const revision = await document(whole.newestRevision)
  const version = await document(model.currentVersion)
  const [column] = whole.columns.filter((one) => one.columnType === 'category')
  const question = new URLSearchParams(version.predict.mapping.map(typical))
  const asked = `${version.predict.template.split('{')[0]}?${question}`
  return Object.entries({
    home: '/',
    'entry point': path(front.hasPart[0]),
    search: path(front.search.template.replace('{?q}', '')),
    found: path(front.search.template.replace('{?q}', '?q=peng')),
    datasets: path(front.datasets),
    dataset: path(dataset['@id']),
    rows: path(whole.rows),
    'chosen rows': `${path(whole.rows)}?sort=-${column.identifier}&facet=${column.identifier}&q=a`,
    row: path((await first(whole.rows))['@id']),
    revisions: path(whole.revisions),
    revision: path(whole.newestRevision),
    records: path(revision.rows),
    comparison: path(revision.comparison),
    models: path(front.models),
    model: path(model['@id']),
    versions: path(model.versionCollection),
    version: path(model.currentVersion),
    predictions: path(version.predictions),
    prediction: path(asked),
    articles: path(front.articles),
    article: path(article['@id']),
    problems: path(front.problems),
    problem: path((await first(front.problems))['@id']),
    documentation: path(front.apiDocumentation),
    vocabulary: path(front.vocabulary)
  })
}

/** A pair of the query of a prediction: the first level, or the middle of the range. */
function typical({ variable, levels, minimum, maximum, columnType }) {
  if (levels) return [variable, levels[0]]
  const middle = (minimum + maximum) / 2
  return [variable, columnType === 'integer' ? Math.floor(middle) : Number(middle.toPrecision(6))]
}

/** Presses Tab until what is named has the focus. */
export async function tabTo(page, name, most = 120) {
  for (let pressed = 0; pressed < most; pressed += 1) {
    const [text, ring] = await page.evaluate(() => {
      const at = document.activeElement
      const label = at.labels?.[0]?.textContent ?? at.getAttribute('aria-label') ?? at.textContent
      return [label.trim(), getComputedStyle(at).outlineStyle !== 'none']
    })
    if (typeof name === 'string' ? text === name : name.test(text)) {
      assert.ok(ring, `${name} has the focus and shows it`)
      return
    }
    await page.keyboard.press('Tab')
  }
  assert.fail(`no way by Tab to ${name} on ${page.url()}`)
}

/** Presses Enter and waits for the page that it leads to. */
export async function enter(page) {
  await Promise.all([page.waitForNavigation(), page.keyboard.press('Enter')])
}
