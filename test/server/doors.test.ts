import { expect } from 'chai'
import { commands } from '../../realtime/commands/index.ts'
import type { Terms } from '../../realtime/commands/command.ts'
import { apiRoutes } from '../../server/routes/index.ts'

/** The route that does the same; null where only somebody who is there can do it. */
const routes: Record<string, string | null> = {
  'message.send': 'post /conversations/:id/messages',
  'message.read': 'post /conversations/:id/read',
  'message.retry': 'post /messages/:id/retry',
  'note.add': 'post /conversations/:id/notes',
  'conversation.assign': 'put /conversations/:id/assignee',
  'conversation.take': 'post /conversations/:id/take',
  'conversation.set_status': 'put /conversations/:id/status',
  'conversation.set_priority': 'put /conversations/:id/priority',
  'conversation.tag': 'post /conversations/:id/tags',
  'conversation.set_team': 'put /conversations/:id/team',
  'conversation.pause_automation': 'post /conversations/:id/automation/pause',
  'conversation.resume_automation': 'post /conversations/:id/automation/resume',
  'conversation.set_ai_mode': 'put /conversations/:id/ai-mode',
  'message.schedule': 'post /conversations/:id/scheduled',
  'message.reschedule': 'patch /messages/:id',
  'message.cancel': 'delete /messages/:id',
  'rating.ask': 'post /conversations/:id/csat',
  'own_message.send': 'post /me/messages',
  'own_message.read': 'get /me/messages',
  'attention.look': null,
  'draft.settle': null,
  'conversation.typing': null,
  'conversation.viewing': null,
}

describe('two doors to the same', () => {
  const termsOf = new Map(apiRoutes.map(({ method, path, terms }) => [`${method} ${path}`, terms]))
  const asked = ({ allow, module, audit }: Terms | { allow: string; module?: string; audit?: unknown }) => ({
    // Somebody who is looked after: each door has its own word for it.
    allow: allow === 'self' ? 'person' : allow,
    module,
    audit: typeof audit === 'object' && audit !== null && 'action' in audit ? audit.action : audit,
  })

  for (const command of commands)
    it(`${command.name} asks the same as its route`, () => {
      const name = routes[command.name]
      if (name === undefined) throw new Error(`which route does the same as ${command.name}, or null?`)
      if (name === null) return
      const terms = termsOf.get(name)
      if (!terms) throw new Error(`there is no route ${name}`)
      expect(asked(command)).to.deep.equal(asked(terms))
    })
})
