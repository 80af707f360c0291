// API Platform Admin in Chromium: a person who lists, sorts, filters, pages, shows, creates, edits and deletes.
// It knows the entry point alone and is served from another origin.

import assert from 'node:assert/strict'
import { Admin } from '../lib/admin.mjs'
import { Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const RESOURCES = ['Articles', 'Datasets', 'Models', 'Messages', 'Jobs', 'Users', 'Usages']
const PASSWORD = 'the-editor-of-this-admin'
const PAGE = 10
const NAME = `publisher-${process.pid}`

const origin = new Origin()
const basic = { authorization: `Basic ${btoa(`${NAME}:${PASSWORD}`)}` }
const bearer = origin.credentials
// Capital or small does not matter to who looks for a word.
const sorted = (texts) => [...texts].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1))

/** What the server says of all articles, sorted by headline. */
async function headlines() {
  const { member } = await origin.get('/v2/articles?itemsPerPage=1000')
  return sorted(member.map(({ headline }) => headline))
}

/** A text that nothing else has. */
const fresh = (text) => `${text} ${process.pid} ${++number}`
let number = 0

/** The URL of a new dataset. */
async function dataset() {
  const draft = { name: fresh('Trees'), columns: [{ name: 'height_cm', columnType: 'number' }] }
  return (await origin.write('POST', '/v2/datasets', draft)).headers.get('location')
}

const READS = {
  async 'every resource is in the menu'(tab) {
    await tab.go('articles')
    for (const title of RESOURCES) await tab.page.getByRole('menuitem', { name: title, exact: true }).waitFor()
    assert.equal(await tab.page.getByRole('menuitem').count(), RESOURCES.length)
  },
  async 'a list shows a page of articles and how many there are'(tab) {
    await tab.go('articles')
    assert.equal((await tab.column('headline', PAGE)).length, PAGE)
    await tab.shows(`of ${(await headlines()).length}`)
  },
  async 'the next page shows other articles'(tab) {
    await tab.go('articles')
    const first = await tab.column('identifier', PAGE)
    await tab.answer('GET', () => tab.page.getByLabel('Go to next page').click())
    await tab.until(
      async () => (await tab.column('identifier', PAGE))[0] !== first[0],
      () => 'another first row'
    )
    const second = await tab.column('identifier', PAGE)
    assert.deepEqual(
      second.filter((identifier) => first.includes(identifier)),
      []
    )
  },
  async 'a list is sorted by the column that is clicked, both ways'(tab) {
    const all = await headlines()
    await tab.go('articles')
    await tab.column('headline', PAGE)
    for (const expected of [all.slice(0, PAGE), [...all].reverse().slice(0, PAGE)]) {
      await tab.answer('GET', () =>
        tab.page.locator('th.column-headline [role=button], th.column-headline button').click()
      )
      const shown = () => tab.column('headline', PAGE)
      await tab.until(
        async () => String(await shown()) === String(expected),
        async () => `${expected}, found ${await shown()}`
      )
    }
  },
  async 'a list shows what a filter leaves'(tab) {
    const wanted = (await headlines()).filter((headline) => headline.startsWith('Article 7 '))
    await tab.go('articles')
    await tab.column('headline', PAGE)
    await tab.click('Add filter')
    await tab.page
      .getByRole('menuitemcheckbox', { name: 'Headline' })
      .or(tab.page.locator('.new-filter-item[data-key="headline"]'))
      .first()
      .click()
    await tab.answer('GET', () => tab.fill('headline', wanted[0]))
    assert.deepEqual(await tab.column('headline', wanted.length), wanted)
  },
  async 'an article and a dataset are shown'(tab) {
    await tab.item('articles', `${origin.url}/v2/articles/article-7`, 'show')
    for (const text of ['Article 7 <&> "雨"', 'rain,april', 'It *rained*']) await tab.shows(text)
    await tab.item('datasets', `${origin.url}/v2/datasets/penguins`, 'show')
    for (const text of ['Palmer penguins', 'creativecommons.org', '344']) await tab.shows(text)
  },
  async 'models with the dataset that they learn from are listed'(tab) {
    await tab.go('models?page=1&perPage=1000')
    await tab.shows('Palmer penguins')
  }
}

/** What only an administrator may read. */
const PRIVATE = {
  async 'jobs, users and the usage of the site are listed'(tab) {
    for (const [resource, field, text] of [
      ['jobs', 'status', 'succeeded'],
      ['users', 'identifier', 'ann'],
      ['usage', 'route', '/v2/articles']
    ]) {
      await tab.go(`${resource}?page=1&perPage=1000`)
      await tab.page.locator(`td.column-${field}`).getByText(text, { exact: true }).first().waitFor()
    }
  }
}

const WRITES = {
  async 'an article is created'(tab) {
    const headline = fresh('Made by hand')
    await tab.go('articles/create')
    await tab.fill('headline', headline)
    await tab.fill('articleBody', 'At last.')
    const made = await tab.writes('POST', 201, () => tab.click('Save'))
    const { articleBody } = await origin.get(made['@id'])
    assert.equal(articleBody, 'At last.')
    await tab.shows(headline)
  },
  async 'an article is edited and keeps what was not touched'(tab) {
    const url = `${origin.url}/v2/articles/article-3`
    const before = await origin.get(url)
    const wanted = fresh('Dry')
    await tab.item('articles', url)
    await tab.fill('abstract', wanted)
    await tab.writes('PATCH', 200, () => tab.click('Save'))
    const { dateModified, abstract, ...after } = await origin.get(url)
    assert.equal(abstract, wanted)
    assert.deepEqual({ ...after, dateModified: before.dateModified, abstract: before.abstract }, before)
  },
  async 'keywords are edited as text'(tab) {
    const url = `${origin.url}/v2/articles/article-4`
    const wanted = ['hail', fresh('wind')]
    await tab.item('articles', url)
    await tab.fill('keywords', wanted.join(', '))
    await tab.writes('PATCH', 200, () => tab.click('Save'))
    assert.deepEqual((await origin.get(url)).keywords, wanted)
  },
  async 'an article is deleted'(tab) {
    const url = await origin.article(fresh('to be deleted'))
    await tab.item('articles', url)
    await tab.removes('headline')
    await origin.send('GET', url, { status: 404 })
  },
  async 'several articles are deleted from the list'(tab) {
    const urls = [await origin.article(fresh('deleted')), await origin.article(fresh('deleted'))]
    await tab.go('articles')
    await tab.column('headline', PAGE)
    for (const url of urls) {
      await tab.page
        .getByRole('row')
        .filter({ hasText: url.split('/').pop() })
        .getByRole('checkbox')
        .check()
    }
    await tab.click('Delete')
    // They are sent once nobody can undo them any more.
    const sent = () => tab.asked.filter(({ method, status }) => method === 'DELETE' && status === 204)
    await tab.until(
      () => sent().length === urls.length,
      () => `${urls.length} deletions, found ${sent().length}`
    )
    for (const url of urls) await origin.send('GET', url, { status: 404 })
  },
  async 'a dataset is created'(tab) {
    const wanted = fresh('Shrubs')
    await tab.go('datasets/create')
    await tab.fill('name', wanted)
    await tab.fill('columns', 'height_cm,species')
    const made = await tab.writes('POST', 201, () => tab.click('Save'))
    const { name, columns } = await origin.get(made['@id'])
    assert.deepEqual([name, columns.map((column) => column.name)], [wanted, ['height_cm', 'species']])
    await tab.shows(wanted)
  },
  async 'a dataset is edited and keeps what was not touched'(tab) {
    const url = await dataset()
    const before = await origin.get(url)
    await tab.item('datasets', url)
    await tab.fill('description', 'Edited.')
    await tab.writes('PATCH', 200, () => tab.click('Save'))
    const { dateModified, description, ...after } = await origin.get(url)
    assert.equal(description, 'Edited.')
    assert.deepEqual({ ...after, dateModified: before.dateModified }, before)
  },
  async 'a dataset is deleted'(tab) {
    const url = await dataset()
    await tab.item('datasets', url)
    await tab.removes('name')
    await origin.send('GET', url, { status: 410 })
  },
  async 'what is refused is said beside its field'(tab) {
    await tab.go('articles/create')
    await tab.fill('headline', fresh('To be refused'))
    await tab.fill('identifier', 'No Identifier')
    const { violations } = await tab.writes('POST', 422, () => tab.click('Save'))
    const { message } = violations.find(({ propertyPath }) => propertyPath === 'identifier')
    await tab.page.locator('.ra-input-identifier').getByText(message).waitFor()
  }
}

const REFUSED = {
  async 'who is not signed in is told so'(tab) {
    await tab.item('articles', `${origin.url}/v2/articles/article-5`)
    await tab.fill('abstract', 'Mine.')
    const { detail } = await tab.writes('PATCH', 401, () => tab.click('Save'))
    await tab.shows(detail)
  }
}

const admin = await Admin.start(`${origin.url}/v2`)
const report = new Report(`${versioned('@api-platform/admin')}, Chromium ${admin.browser.version()}`)
await origin.write('POST', '/v2/users', { identifier: NAME, role: 'publisher', password: PASSWORD })
for (const [who, headers, promises] of [
  ['anybody', {}, { ...READS, ...REFUSED }],
  ['by Bearer', bearer, { ...PRIVATE, ...WRITES }],
  ['by Basic', basic, WRITES]
]) {
  for (const [sentence, promise] of Object.entries(promises)) {
    await report.promise(`${who}: ${sentence}`, async () => {
      const tab = await admin.tab(headers)
      await promise(tab)
      assert.deepEqual(tab.faults, [], 'expected no fault of the page')
      await tab.close()
    })
  }
}
await admin.end()
report.finish()
