import { Scheduler } from '../../jobs/scheduler.ts'
import { Store } from '../../store/connection.ts'
import { JobRuns } from '../../store/job-runs.ts'

// A process of schedules, for a test that stops it and lets it go on. It says what it does, a line each.

const [uri = '', by = ''] = process.argv.slice(2)
const store = await Store.open(uri)
const say = (what: string) => void process.stdout.write(`${what}\n`)
/** The test stops us between the question and the deed: it says when we go on. */
const toldToGoOn = () => new Promise((goOn) => process.once('message', goOn))

const scheduler = new Scheduler({
  database: store.connection.db,
  runs: new JobRuns(store),
  by,
  lookMs: 50,
  lockMs: 1_500,
  now: Date.now,
  onError: (error) => say(`error ${String(error)}`),
  schedules: [
    {
      name: 'letters',
      says: 'Sends one letter',
      everyMs: 60_000,
      async run(turn) {
        say('began')
        await toldToGoOn()
        await turn.hold().catch((error: unknown) => {
          say('came too late')
          throw error
        })
        await store.connection.collection('sent').insertOne({ by })
        say('sent')
      },
    },
  ],
})
await scheduler.start()
say('ready')
