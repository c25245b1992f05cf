import type { Peer } from '../peer.ts'

/** Each is loaded in a process of its own. */
export const peers: Record<string, () => Promise<{ peer: Peer }>> = {
  careline: () => import('./ours.ts'),
  nact: () => import('./nact.ts'),
  xstate: () => import('./xstate.ts'),
  'xstate-snapshot': () => import('./xstate-snapshot.ts'),
  chain: () => import('./chain.ts'),
}
