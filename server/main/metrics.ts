import { AggregatorRegistry, collectDefaultMetrics, Gauge, type MetricObject, Registry } from 'prom-client'
import type { JobCounters } from '../../jobs/runner.ts'
import type { Cluster } from '../../actors/runtime/cluster/cluster.ts'

interface Sources {
  actors(): {
    size: number
    turns: number
    commits: number
    conflicts: number
    redone: number
    faults: number
    buried: number
    heavy: number
    unavailable: number
  }
  writes(): { roundTrips: number; documents: number; rows: number; events: number }
  webhooks(): { roundTrips: number; events: number }
  sockets(): number
  /** What other processes lost on its way here, and what was done about it. */
  feed(): { holes: number; filled: number; lost: number }
  /** What this process did of what is done again and again. */
  jobs(): ReadonlyMap<string, JobCounters>
  /** Unexpected errors that this process saw, and those that it could not write down. */
  errors(): { seen: number; lost: number }
  /** How old the last backup is that a restore has proven, seconds; NaN where there is none. */
  backupAge(): number
  /** Nothing where one process has all actors. */
  cluster(): ClusterCounts | undefined
}

interface ClusterCounts {
  owned: number
  waiting: number
  lost: number
  given: number
  buried: number
  failedBeats: number
  asked: number
  answered: number
  moved: number
  unanswered: number
  repeated: number
}

/**
 * What `/metrics` shows. Counters are read from their owners at the moment of asking: nothing is counted twice. Of several
 * processes, which share an address, each is shown with its name, whichever is asked.
 */
export function createMetrics(sources: Sources, cluster?: Cluster) {
  const registry = new Registry()
  if (cluster) registry.setDefaultLabels({ process: cluster.me })
  collectDefaultMetrics({ register: registry })
  const gauge = (name: string, help: string, read: () => number) =>
    new Gauge({
      name: `careline_${name}`,
      help,
      registers: [registry],
      collect() {
        this.set(read())
      },
    })
  gauge('actors_active', 'Actors in memory', () => sources.actors().size)
  gauge('actor_turns_total', 'Messages handled', () => sources.actors().turns)
  gauge('actor_commits_total', 'Batches of turns written', () => sources.actors().commits)
  gauge('actor_conflicts_total', 'Writes that met another owner', () => sources.actors().conflicts)
  gauge('actor_redone_total', 'What others left and was done again', () => sources.actors().redone)
  gauge('actors_heavy', 'Actors whose documents have become heavy', () => sources.actors().heavy)
  gauge('actors_unavailable', 'Actors whose documents cannot be used', () => sources.actors().unavailable)
  gauge('actor_faults_total', 'Turns that failed unexpectedly', () => sources.actors().faults)
  gauge('dead_letters_total', 'Messages that could not be delivered', () => sources.actors().buried)
  gauge('store_round_trips_total', 'Write requests to the store', () => sources.writes().roundTrips)
  gauge('store_documents_total', 'Actor documents written', () => sources.writes().documents)
  gauge('store_rows_total', 'Rows written', () => sources.writes().rows)
  gauge('store_events_total', 'Event rows written', () => sources.writes().events)
  gauge('webhook_events_total', 'Webhook events kept', () => sources.webhooks().events)
  gauge('errors_total', 'Unexpected errors seen', () => sources.errors().seen)
  gauge('errors_lost_total', 'Of them, those that could not be written down', () => sources.errors().lost)
  gauge('sockets', 'Sockets connected', sources.sockets)
  gauge('backup_age_seconds', 'Since the last backup that a restore has proven', sources.backupAge)
  gauge('feed_holes_total', 'Times that an event of another process came before its turn', () => sources.feed().holes)
  gauge('feed_filled_total', 'Events that were read from the log because they were lost', () => sources.feed().filled)
  gauge('feed_resets_total', 'Streams whose sockets had to subscribe again', () => sources.feed().lost)
  jobGauges(registry, sources.jobs)
  if (sources.cluster())
    for (const [name, help, key] of clusterGauges) gauge(name, help, () => sources.cluster()?.[key] ?? 0)
  const { contentType } = registry
  if (!cluster) return async () => ({ contentType, text: await registry.metrics() })
  cluster.answers('metrics', () => registry.getMetricsAsJSON())
  return async () => ({ contentType, text: await AggregatorRegistry.aggregate(await ofAll(cluster)).metrics() })
}

function jobGauges(registry: Registry, jobs: Sources['jobs']) {
  const shown = [
    ['job_runs_total', 'Runs of a schedule that this process ended', ({ runs }: JobCounters) => runs],
    ['job_failures_total', 'Of them, those that failed', ({ failures }: JobCounters) => failures],
    ['job_last_duration_seconds', 'How long the last one took', ({ lastMs }: JobCounters) => lastMs / 1_000],
  ] as const
  for (const [name, help, read] of shown)
    new Gauge({
      name: `careline_${name}`,
      help,
      labelNames: ['job'],
      registers: [registry],
      collect() {
        for (const [job, counters] of jobs()) this.set({ job }, read(counters))
      },
    })
}

/** One that does not answer in time is not shown: that it is missing is what an operator wants to see. */
async function ofAll(cluster: Cluster) {
  const asked = cluster.inspect().members.map(({ id }) => cluster.ask(id, 'metrics') as Promise<MetricObject[]>)
  const answers = await Promise.allSettled(asked)
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : []))
}

const clusterGauges: readonly (readonly [name: string, help: string, key: keyof ClusterCounts])[] = [
  ['shards_owned', 'Shards that this process owns', 'owned'],
  ['asks_waiting', 'Messages that wait until their actor has an owner', 'waiting'],
  ['shards_lost_total', 'Shards whose lease ended before they were handed over', 'lost'],
  ['shards_given_total', 'Shards handed over to another process', 'given'],
  ['members_buried_total', 'Members that this process found dead', 'buried'],
  ['lease_renewals_failed_total', 'Signs of life that Redis did not take', 'failedBeats'],
  ['asks_routed_total', 'Messages sent to an actor of another process', 'asked'],
  ['asks_taken_total', 'Messages of other processes to an actor of this one', 'answered'],
  ['asks_moved_total', 'Messages sent again because their actor had moved', 'moved'],
  ['asks_unanswered_total', 'Messages whose owner was lost before it answered', 'unanswered'],
  ['asks_repeated_total', 'Messages that came twice or too late, and were not taken', 'repeated'],
]
