import { collectDefaultMetrics, Gauge, Registry } from 'prom-client'

interface Sources {
  actors(): { size: number; turns: number; commits: number; conflicts: number; faults: number; buried: number }
  writes(): { roundTrips: number; documents: number; rows: number; events: number }
  webhooks(): { roundTrips: number; events: number }
  sockets(): number
}

/** What `/metrics` shows. Counters are read from their owners at the moment of asking: nothing is counted twice. */
export function createMetrics(sources: Sources) {
  const registry = new Registry()
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
  gauge('actor_faults_total', 'Turns that failed unexpectedly', () => sources.actors().faults)
  gauge('dead_letters_total', 'Messages that could not be delivered', () => sources.actors().buried)
  gauge('store_round_trips_total', 'Write requests to the store', () => sources.writes().roundTrips)
  gauge('store_documents_total', 'Actor documents written', () => sources.writes().documents)
  gauge('store_rows_total', 'Rows written', () => sources.writes().rows)
  gauge('store_events_total', 'Event rows written', () => sources.writes().events)
  gauge('webhook_events_total', 'Webhook events kept', () => sources.webhooks().events)
  gauge('sockets', 'Sockets connected', sources.sockets)
  return async () => ({ contentType: registry.contentType, text: await registry.metrics() })
}
