// Says how a client's promises went: same form as report.py.

import { readFileSync } from 'node:fs'

/** Promises of one client, in order. */
export class Report {
  kept = 0
  broken = 0

  constructor(client) {
    this.client = client
  }

  /** Notes whether `action` comes to its end. */
  async promise(sentence, action) {
    try {
      await action()
      this.kept += 1
      console.log(`kept    ${sentence}`)
    } catch (fault) {
      this.broken += 1
      console.log(`broken  ${sentence}\n        ${fault.name === 'AssertionError' ? fault.message : fault.stack}`)
    }
  }

  /** Ends the program: 1 where a promise was broken. */
  finish() {
    console.log(`${this.client}: ${this.kept} promises kept, ${this.broken} broken`)
    process.exit(this.broken ? 1 : 0)
  }
}

/** Name and version of an installed package; node_modules is beside this folder's parent (lib/run.sh). */
export function versioned(name) {
  const file = new URL(`../../node_modules/${name}/package.json`, import.meta.url)
  return `${name} ${JSON.parse(readFileSync(file)).version}`
}
