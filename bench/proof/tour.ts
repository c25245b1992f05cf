/**
 * The first ten minutes, as two newcomers have them: `node bench/proof/tour.ts [--out FOLDER] [--only carer|developer]`.
 * A fresh server with its demo is started, everything is done by hand in a browser and a terminal, and a picture of each
 * step lies in the folder afterwards, to be looked at. Ends with 1 when a step could not be done, or a page complained.
 */
import { mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Installation } from '../../test/cli/command.ts'
import { launch } from '../../test/console/browser.ts'
import { load, print } from '../figures.ts'
import { carer } from './tour/carer.ts'
import { developer } from './tour/developer.ts'
import { Guide } from './tour/guide.ts'

const { values } = parseArgs({ options: { out: { type: 'string' }, only: { type: 'string' } } })
const tours = { carer, developer }
const folder = values.out ?? mkdtempSync(join(tmpdir(), 'careline-tour-'))
mkdirSync(folder, { recursive: true })

const home = await Installation.on({ MONGODB_URI: '' })
const began = performance.now()
const { out: printed } = await home.start()
print(`${'the first start, with its demo'.padEnd(60)} ${(performance.now() - began).toFixed(0).padStart(6)} ms`)
const browser = await launch()
let isWhole = true
try {
  for (const [name, tour] of Object.entries(tours)) {
    if (values.only !== undefined && values.only !== name) continue
    const guide = new Guide({ browser, home, printed, folder, name })
    await guide.leads(tour)
    isWhole &&= guide.isWhole
  }
} finally {
  await browser.close()
  await home.remove()
}
print(
  `\n${isWhole ? 'Everything could be done' : 'Not everything could be done'}; the pictures lie in ${folder}; load ${load()}`,
)
process.exit(isWhole ? 0 : 1)
