import { z } from 'zod'
import { staleRevision } from '../../kernel/problem.ts'
import type { Channel } from '../../store/settings/channels.ts'
import { known, working } from '../channel-rules.ts'
import { TestAddress, Tested } from '../channel-shapes.ts'
import { revisionOf } from '../http/if-match.ts'
import { get, post, put } from '../http/route.ts'
import type { Ports } from '../ports.ts'

const tags = ['Integrations']
const about = { allow: 'channels.manage', tags } as const

const Options = z.object({
  /** Of several of its kind the one that writes to people who never wrote to any. */
  isDefault: z.boolean(),
  /** Messages a second at most; null: what its provider usually allows. */
  perSecond: z.number().min(0.1).max(1_000).nullable(),
  /** Between two messages to the same person, seconds. */
  pairSeconds: z.number().min(0).max(60),
})

const optionsOf = ({ isDefault, pace, rev }: Channel) => ({
  isDefault,
  perSecond: pace?.perSecond ?? null,
  pairSeconds: (pace?.pairMs ?? 0) / 1_000,
  rev,
})
const Shown = Options.extend({ rev: z.int().nonnegative() })
/** Where only the gap between two was chosen: Meta's default for a number. */
const usualPerSecond = 80

type Written = Pick<Ports, 'channels' | 'channelChanged' | 'resourceChanged'> & { workspace: { id: string } }

async function write(call: Written, id: string, change: Parameters<Ports['channels']['change']>[2]) {
  const { channels, channelChanged, resourceChanged, workspace } = call
  const changed = await channels.change(workspace.id, id, change)
  await channelChanged(changed)
  resourceChanged(workspace.id, { resource: 'integrations', id, rev: changed.rev })
  return changed
}

/** How a channel is used, besides what its provider asks for. */
export const channelOptions = [
  get(
    '/channels/:id/options',
    { ...about, allow: 'channels.read', summary: 'How a channel is used', reply: Shown },
    async ({ channels, workspace, params }) => optionsOf(await known(channels, workspace.id, params.id)),
  ),

  put(
    '/channels/:id/options',
    {
      ...about,
      summary: 'Which of several writes to people who never wrote, and how fast a channel may send',
      takesRevision: true,
      body: Options,
      reply: Shown,
      problems: ['stale_revision'],
      audit: 'channel.options_changed',
    },
    async ({ request, params, body, ...call }) => {
      const before = await known(call.channels, call.workspace.id, params.id)
      const rev = revisionOf(request)
      if (rev !== undefined && rev !== before.rev) throw staleRevision()
      const { isDefault, perSecond, pairSeconds } = body
      const isUsual = perSecond === null && pairSeconds === 0
      const pace = isUsual ? null : { perSecond: perSecond ?? usualPerSecond, pairMs: Math.round(pairSeconds * 1_000) }
      const changed = await write(call, params.id, { isDefault, pace })
      // There is one of a kind: whichever was it before is it no more.
      const others = (await call.channels.list(call.workspace.id)).filter(
        ({ id, kind }) => isDefault && id !== params.id && kind === before.kind,
      )
      for (const other of others) if (other.isDefault) await write(call, other.id, { isDefault: false })
      return optionsOf(changed)
    },
  ),

  post(
    '/channels/:id/test-send',
    {
      ...about,
      summary: 'Send a test message to somebody who can look',
      body: z.object({ to: TestAddress }),
      reply: Tested,
      problems: ['channel_disabled'],
      audit: 'channel.tested',
    },
    async ({ channels, testChannel, workspace, params: { id }, body }) => {
      return testChannel(await working(channels, workspace.id, id), body.to)
    },
  ),
]
