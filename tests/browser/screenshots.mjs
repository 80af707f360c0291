// Screenshots of the kinds of pages, light and dark, into docs/screenshots.
//
// usage: tests/browser/run ALMANAC --screenshots
import { mkdirSync, statSync } from 'node:fs'
import { origin, publicPages, withBrowser, withPage } from './lib.mjs'

const KINDS = ['home', 'datasets', 'dataset', 'rows', 'model', 'prediction', 'article']
const MOST_BYTES = 200 * 1024
const folder = process.env.SCREENSHOTS

mkdirSync(folder, { recursive: true })
await withBrowser(async (browser) => {
  for (const [kind, path] of await publicPages()) {
    if (!KINDS.includes(kind)) continue
    for (const colorScheme of ['light', 'dark']) {
      const file = `${folder}/${kind}-${colorScheme}.png`
      await withPage(browser, { colorScheme, viewport: { width: 1280, height: 1400 } }, async (page) => {
        await page.goto(origin + path)
        await page.screenshot({ path: file })
      })
      const { size } = statSync(file)
      if (size > MOST_BYTES) throw new Error(`${file}: ${size} bytes, at most ${MOST_BYTES}`)
    }
  }
})
