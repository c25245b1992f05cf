import { Scheduler } from '../../jobs/scheduler.ts'
import { Store } from '../../store/connection.ts'
import { JobRuns } from '../../store/job-runs.ts'

// A process of schedules, for a test that stops it and lets it go on. It says what it does, a line each.

const [uri = '', by = ''] = process.argv.slice(2)
const store = await Store.open(uri)
const say = (what: string) => void process.stdout.write(`${what}\n`)
/** Long enough for the test to stop us between the question and the deed. */
const pause = () => new Promise((over) => setTimeout(over, 150))

const scheduler = new Scheduler({
  database: store.connection.db,
  runs: new JobRuns(store),
  by,
  lookMs: 50,
  lockMs: 400,
  now: Date.now,
  onError: (error) => say(`error ${String(error)}`),
  schedules: [
    {
      name: 'letters',
      says: 'Sends one letter',
      everyMs: 60_000,
      async run(turn) {
        say('began')
        await pause()
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
