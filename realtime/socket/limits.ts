/** The bounds of one gateway. Clients read them in `hello`. */
export interface Limits {
  streamsPerSocket: number
  payloadBytes: number
  /** Messages of one socket, of any kind. */
  commandsPerSecond: number
  typingPerSecond: number
  socketsPerAccount: number
  /** What may wait for a slow reader before it is cut off from its streams. */
  backlogBytes: number
  /** Events that are kept in memory, of each stream and of how many streams. */
  recentEvents: number
  recentStreams: number
  pingMs: number
  pingTimeoutMs: number
}

export const defaultLimits: Limits = {
  streamsPerSocket: 128,
  payloadBytes: 64 * 1_024,
  commandsPerSecond: 20,
  typingPerSecond: 1,
  socketsPerAccount: 10,
  backlogBytes: 1_024 * 1_024,
  recentEvents: 128,
  recentStreams: 2_000,
  pingMs: 15_000,
  pingTimeoutMs: 10_000,
}
