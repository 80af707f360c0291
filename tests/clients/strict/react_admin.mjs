// API Platform Admin against a server that demands If-Match: as it is, it cannot change anything; with the `fetch`
// of docs/clients.md, which remembers entity tags, it works and overwrites nothing that others have changed.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Admin } from '../lib/admin.mjs'
import { MERGE, Origin } from '../lib/origin.mjs'
import { Report, versioned } from '../lib/report.mjs'

const DOCUMENT = join(realpathSync(fileURLToPath(new URL('.', import.meta.url))), '../../../docs/clients.md')
const origin = new Origin()
let number = 0

/** The URL of a new article. */
async function article() {
  const answer = await origin.write('POST', '/v2/articles', { headline: `Strict ${process.pid} ${++number}` })
  return answer.headers.get('location')
}

/** Changes an article as somebody else would. */
async function change(url, abstract) {
  const { headers } = await origin.send('GET', url)
  return origin.write('PATCH', url, { abstract }, { 'content-type': MERGE, 'if-match': headers.get('etag') })
}

/** The document's only block of JavaScript, as a file. */
function documented(folder) {
  const blocks = [...readFileSync(DOCUMENT, 'utf8').matchAll(/^```js\n(.*?)^```$/gms)]
  assert.equal(blocks.length, 1)
  const file = join(folder, 'fetch.js')
  writeFileSync(file, blocks[0][1])
  return file
}

const REMEMBERING = {
  async 'an article is created'(tab) {
    await tab.go('articles/create')
    await tab.fill('headline', `By hand ${++number}`)
    await tab.writes('POST', 201, () => tab.click('Save'))
  },
  async 'an article is edited, and again'(tab) {
    const url = await article()
    for (const text of ['first', 'second']) {
      await tab.item('articles', url)
      await tab.fill('abstract', text)
      await tab.writes('PATCH', 200, () => tab.click('Save'))
      assert.equal((await origin.get(url)).abstract, text)
    }
  },
  async 'what somebody else has changed meanwhile is not overwritten'(tab) {
    const url = await article()
    await tab.item('articles', url)
    await tab.fill('abstract', 'mine')
    await change(url, 'theirs')
    const { detail } = await tab.writes('PATCH', 412, () => tab.click('Save'))
    await tab.shows(detail)
    assert.equal((await origin.get(url)).abstract, 'theirs')

    await tab.item('articles', url)
    await tab.fill('abstract', 'both')
    await tab.writes('PATCH', 200, () => tab.click('Save'))
  },
  async 'an article is deleted'(tab) {
    const url = await article()
    await tab.item('articles', url)
    await tab.removes('headline')
    await origin.send('GET', url, { status: 404 })
  },
  async 'an article is deleted from the list, where it was not read by itself'(tab) {
    const url = await article()
    await tab.go('articles')
    await tab.page
      .getByRole('row')
      .filter({ hasText: url.split('/').pop() })
      .getByRole('checkbox')
      .check()
    await tab.writes('DELETE', 204, () => tab.click('Delete'))
    await origin.send('GET', url, { status: 404 })
  }
}

const FORGETFUL = {
  async 'without it, nothing is changed, and it is said why'(tab) {
    const url = await article()
    await tab.item('articles', url)
    await tab.fill('abstract', 'mine')
    const { detail } = await tab.writes('PATCH', 428, () => tab.click('Save'))
    await tab.shows(detail)
    assert.equal((await origin.get(url)).abstract, undefined)
  }
}

const report = new Report(`${versioned('@api-platform/admin')} where If-Match is demanded`)
const folder = mkdtempSync(join(tmpdir(), 'almanac-admin-'))
const entrypoint = `${origin.url}/v2`
for (const [options, promises] of [
  [{ before: [documented(folder)] }, REMEMBERING],
  [{}, FORGETFUL]
]) {
  const admin = await Admin.start(entrypoint, options)
  for (const [sentence, promise] of Object.entries(promises)) {
    await report.promise(sentence, async () => {
      const tab = await admin.tab(origin.credentials)
      await promise(tab)
      await tab.close()
    })
  }
  await admin.end()
}
rmSync(folder, { recursive: true })
report.finish()
