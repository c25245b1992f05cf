const second = 1_000
const minute = 60 * second
const hour = 60 * minute

/** After so many failed tries (about ten minutes) a delivery lets those after it pass, and goes on by itself. */
export const holdTries = 5
/** More do not step aside at once: then the endpoint is down rather than a delivery bad, and the next one holds. */
export const asideMax = 20
/** What failed so long ago is tried again when another one is taken. */
export const restMs = 5 * minute
/** How long one delivery is tried; and how long an endpoint may take nothing before it is turned off. */
export const patienceMs = 72 * hour
/** What may wait for one endpoint. */
export const waitingMax = 10_000
const retryAfterMaxMs = 24 * hour

const waits = [5 * second, 30 * second, 2 * minute, 8 * minute, 30 * minute, hour, 2 * hour]
const lastWait = 3 * hour

/** Until the next try, ms: each a quarter shorter or longer, so that what failed together does not return together. */
export function waitMs(tries: number, chance: number, retryAfterMs: number | null) {
  const usual = Math.round((waits[tries - 1] ?? lastWait) * (0.75 + chance / 2))
  return Math.max(usual, Math.min(retryAfterMs ?? 0, retryAfterMaxMs))
}

export const longestWaitMs = waitMs(waits.length + 1, 1, null)
