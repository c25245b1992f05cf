/**
 * Death under writers: `node bench/proof/kills.ts --kills 100 --writers 16` (kill -9), with `--power` the same on a file
 * system that loses what was not synced (root only), with `--disk` on a library that does so (and lets some sectors
 * through), and with `--relaxed` the proof that both do lose things.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Powerless } from '../../test/store/proof/disk.ts'
import { dieRepeatedly, killed, type Place } from '../../test/store/proof/kills.ts'
import { Random } from '../../test/store/proof/random.ts'
import { load, print } from '../figures.ts'
import { PowerCut } from './power.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    writers: { type: 'string', default: '16' },
    power: { type: 'boolean', default: false },
    disk: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    relaxed: { type: 'boolean', default: false },
  },
})
const durability = values.relaxed ? 'relaxed' : 'full'

async function run(place: Place) {
  const began = performance.now()
  const deaths = await dieRepeatedly(place, Number(values.kills), Number(values.writers))
  const seconds = (performance.now() - began) / 1000
  const how = values.power || values.disk ? 'power cuts' : 'kills'
  print(
    `${deaths.rounds} ${how} under ${values.writers} writers (${durability}), ${deaths.acknowledged.toLocaleString('en')} documents acknowledged: ${deaths.lost} lost, ${deaths.torn} torn, ${deaths.indexDifferences} index differences, ${seconds.toFixed(0)} s, load average ${load()}`,
  )
  return deaths
}

async function onDisk() {
  const directory = mkdtempSync(join(tmpdir(), 'careline-kills-'))
  const deaths = await run({ directory, durability, end: killed })
  rmSync(directory, { recursive: true, force: true })
  return deaths
}

async function onPower() {
  const power = new PowerCut(durability)
  await power.mount()
  const deaths = await run(power)
  await power.remove()
  return deaths
}

async function onLibrary() {
  const place = new Powerless(durability, new Random(Number(values.seed)))
  const deaths = await run(place)
  place.remove()
  return deaths
}

function chosen() {
  if (values.power) return onPower()
  return values.disk ? onLibrary() : onDisk()
}

const deaths = await chosen()
const isWhole = deaths.torn + deaths.indexDifferences === 0
process.exit(isWhole && (deaths.lost === 0 || values.relaxed) ? 0 : 1)
