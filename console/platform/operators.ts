import { createOperators, type OperatorSession } from '../../client/operators.ts'
import { timesIn } from '../inbox/times.ts'

const slot = 'careline.operator'
/** Until the tab is closed: whoever looks after everything signs in each time. */
export const operators = createOperators({
  load: () => JSON.parse(sessionStorage.getItem(slot) ?? 'null') as OperatorSession | undefined,
  save: (session) =>
    session ? sessionStorage.setItem(slot, JSON.stringify(session)) : sessionStorage.removeItem(slot),
})

/** No workspace says which zone is meant: the operator's own. */
export const ownTimes = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
