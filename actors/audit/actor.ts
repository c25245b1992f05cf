import { z } from 'zod'
import { digest, hashOf, origin } from '../../kernel/chain.ts'
import { sensitive } from '../../kernel/marks.ts'
import { busy } from '../../kernel/problem.ts'
import { actor, type Given } from '../runtime/change.ts'
import { Act, audit, Chain, type Finding, type Link, type Place } from './contract.ts'

export const AuditState = z.object({
  /** Sealed as a whole: whoever can write to the database cannot make another end for another chain. */
  chain: sensitive(Chain),
  /** Begun and not ended, by id; `isOld` when a look has found it before. */
  open: z.record(z.string().max(128), z.object({ act: Act, isOld: z.boolean() })),
})
type State = z.infer<typeof AuditState>

const openMax = 200
/** No request takes longer. */
const openMs = 60_000
const { insert, remind } = audit
// In the world's time: that of a sandbox may stand still.
const look = (now: number) => ({ overdue: remind('overdue', now + openMs, {}, { isPause: true }) })

export const auditActor = actor(audit, {
  state: AuditState,
  initial: { chain: { begin: { n: 0, hash: origin }, end: { n: 0, hash: origin }, verdict: null }, open: {} },

  on: {
    begin(state, { actId, act }, { now }) {
      const size = Object.keys(state.open).length
      if (size >= openMax) throw busy('audit_full', 'Too much is being done here at once.')
      return {
        state: { ...state, open: { ...state.open, [actId]: { act, isOld: false } } },
        ...(size === 0 && { reminders: look(now) }),
      }
    },

    record(state, { actId, act }, given) {
      const { [actId]: begun, ...open } = state.open
      const isLast = begun !== undefined && Object.keys(open).length === 0
      return { ...appended({ ...state, open }, [act], given), ...(isLast && { reminders: { overdue: null } }) }
    },

    recordAll: (state, { acts }, given) => appended(state, acts, given),

    overdue(state, _, given) {
      const all = Object.entries(state.open)
      const lost = all.flatMap(([, { act, isOld }]): Act[] => (isOld ? [{ ...act, result: 'unknown' }] : []))
      const open = Object.fromEntries(
        all.flatMap(([id, { act, isOld }]) => (isOld ? [] : [[id, { act, isOld: true }]])),
      )
      const isMore = Object.keys(open).length > 0
      return { ...appended({ ...state, open }, lost, given), ...(isMore && { reminders: look(given.now) }) }
    },

    view(state) {
      return { state, reply: state.chain }
    },

    verified(state, verdict, given) {
      const isNews = wordsOf(verdict.findings) !== wordsOf(state.chain.verdict?.findings ?? [])
      const after = { ...state, chain: { ...state.chain, verdict } }
      const note = { looked: verdict.looked, findings: verdict.findings.length }
      const change = isNews ? appended(after, [ours('audit.verified', note, verdict.at)], given) : { state: after }
      return { ...change, reply: { isNews } }
    },

    forget(state, { upTo, at }, given) {
      const { begin, end } = state.chain
      if (upTo.n <= begin.n || upTo.n > end.n) return { state }
      const after = { ...state, chain: { ...state.chain, begin: upTo } }
      return appended(after, [ours('audit.shortened', { upTo: upTo.n, hash: upTo.hash }, at)], given)
    },
  },
})

/** The acts, each as the next link of the chain. */
function appended(state: State, acts: readonly Act[], given: Given) {
  let { end } = state.chain
  const rows = acts.map((act) => {
    const link = linkOf(act, end, given)
    end = { n: link.n, hash: link.hash }
    return insert('audit_link', { _id: `${given.id}.${link.n}`, ...link })
  })
  return { state: { ...state, chain: { ...state.chain, end } }, rows }
}

function linkOf({ origin: from, note, ...act }: Act, before: Place, given: Given): Link {
  const details = { salt: given.newId('slt'), ...from, note }
  const open = { ...act, n: before.n + 1, detailsHash: digest(details), before: before.hash }
  return { ...open, details, hash: hashOf(open) }
}

const wordsOf = (findings: readonly Finding[]) => findings.map(({ what, n }) => `${what} ${n}`).join()

const ours = (action: string, note: Act['note'], at: number): Act => ({
  by: { kind: 'system', id: 'audit', role: null, sessionId: null, actingId: null },
  action,
  target: null,
  fields: [],
  isRead: false,
  result: 'done',
  code: null,
  requestId: null,
  at,
  origin: { ip: null, userAgent: null },
  note,
})
