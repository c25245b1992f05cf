import { parseArgs } from 'node:util'

/** The command line of `npm run bench`. */
export function readWishes(args: string[]) {
  return parseArgs({
    args,
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      /** ms that are measured of each cell. */
      ms: { type: 'string' },
      /** Of the messages: how many conversations, as `1,100,1000`. */
      conversations: { type: 'string' },
      /** Of the messages: how many are under way at once, and how many come a second where the rate is fixed. */
      inflight: { type: 'string' },
      rate: { type: 'string' },
      /** `mongodb://…` for both sides; their own embedded stores where it is missing. */
      store: { type: 'string' },
      /** Where the CPU profiles of our server are written, one per thread. */
      profile: { type: 'string' },
      /** `ours` alone, or one of those beside it. */
      side: { type: 'string' },
      /** A part of the actors (`ask`, `idle`, `durable`, `remote`) or of real time (`room`, `hall`, `nodes`, `hot`, `takes`). */
      only: { type: 'string' },
    },
  })
}

export type Wishes = ReturnType<typeof readWishes>['values']
