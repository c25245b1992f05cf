import type { Address } from '../turn.ts'

/** Many more than processes, so that each gets its share; few enough that a table of all of them is two kilobytes. */
export const shardCount = 1_024

/** FNV-1a over UTF-16 code units. Fast and stable; `mixed` makes its bits independent of one another. */
function hashed(text: string, seed = 0x811c9dc5) {
  let hash = seed
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return hash
}

/** The finalizer of MurmurHash3: every bit of the input changes half of the output. */
function mixed(hash: number) {
  let bits = hash ^ (hash >>> 16)
  bits = Math.imul(bits, 0x85ebca6b)
  bits ^= bits >>> 13
  bits = Math.imul(bits, 0xc2b2ae35)
  return (bits ^ (bits >>> 16)) >>> 0
}

/** Where an actor lives. The same on all machines and for ever: old and new processes must agree on it. */
export function shardOf({ workspaceId, kind, id }: Address) {
  // Part by part: joining the three into one text would cost more than the hash.
  const workspace = Math.imul(hashed(workspaceId) ^ 0x2f, 0x01000193)
  return mixed(hashed(id, Math.imul(hashed(kind, workspace) ^ 0x2f, 0x01000193))) & (shardCount - 1)
}

/**
 * Who should own each shard: rendezvous hashing. Everybody computes the same from the same members, and a member that
 * comes or goes moves no shard but those that it gets or had. Empty where nobody takes actors.
 */
export function desiredOwners(members: Iterable<string>): string[] {
  const seeded = [...members].map((id) => ({ id, seed: mixed(hashed(id)) })).sort((a, b) => (a.id < b.id ? -1 : 1))
  if (seeded.length === 0) return []
  return Array.from({ length: shardCount }, (_, shard) => {
    let best = ''
    let most = -1
    for (const { id, seed } of seeded) {
      const weight = mixed(seed ^ mixed(shard + 1))
      if (weight <= most) continue
      most = weight
      best = id
    }
    return best
  })
}
