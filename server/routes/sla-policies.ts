import { slaPoliciesMax } from '../../kernel/sla.ts'
import { slaPolicies } from '../../store/settings/sla-policies.ts'
import { resource } from '../http/resource.ts'
import { invalid } from '../../kernel/problem.ts'
import { promisesChanged } from '../promises.ts'

/** What a business promises to people who write to it. */
export const slaPolicyRoutes = resource({
  ...slaPolicies,
  path: '/sla-policies',
  noun: 'sla_policy',
  prefix: 'sla',
  allow: { read: 'conversations.read', write: 'sla.manage' },
  words: { one: 'a promise of when people are answered', all: 'What is promised to people, the latest first' },
  tags: ['SLA'],
  max: slaPoliciesMax,
  unique: { of: slaPolicies.unique, code: 'sla_policy_exists', says: 'Another one has this name.' },
  problems: ['nothing_promised'],
  check(_call, { firstResponseMinutes, nextResponseMinutes, resolutionMinutes }) {
    if (firstResponseMinutes !== null || nextResponseMinutes !== null || resolutionMinutes !== null) return
    const message = 'Promise at least one of the three.'
    throw invalid('nothing_promised', message, [{ path: 'firstResponseMinutes', message }])
  },
  changed: (call) => promisesChanged(call, call.workspace.id),
})
