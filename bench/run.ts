import { cpus } from 'node:os'
import { benchActors } from './actors/actors.ts'
import { load, print } from './figures.ts'
import { benchGrowth } from './growth/growth.ts'
import { benchHttp } from './http/http.ts'
import { benchMessages } from './messages/messages.ts'
import { benchRealtime } from './realtime/realtime.ts'
import { benchStore } from './store/store.ts'
import { readWishes, type Wishes } from './wishes.ts'

const { values, positionals } = readWishes(process.argv.slice(2))
const benches: Record<string, (wishes: Wishes) => Promise<void>> = {
  messages: benchMessages,
  actors: benchActors,
  store: benchStore,
  realtime: benchRealtime,
  growth: benchGrowth,
  http: benchHttp,
}
const bench = benches[positionals[0] ?? '']
if (!bench) {
  print(`npm run bench -- ${Object.keys(benches).join('|')} [--quick] [--rounds 3] [--ms 2000] …`)
  process.exit(2)
}
print(`${cpus().length} x ${cpus()[0]?.model ?? '?'}, node ${process.version}, load average ${load()}\n`)
await bench(values)
print(`\nload average at the end ${load()}`)
process.exit(0)
