import { setFlagsFromString } from 'node:v8'

/** What Node had until version 22. Of its 64 KB nothing goes as long as a single piece of it is alive. */
const poolBytes = 8 * 1_024

/**
 * Keeps the loop from standing still while V8 looks for garbage: see decision 31. V8 has the flag as an experiment, so it
 * is set in the release only in which it was measured.
 */
export function collectSeldom() {
  Buffer.poolSize = poolBytes
  if (process.versions.node.startsWith('24.')) setFlagsFromString('--external-memory-accounted-in-global-limit')
}
