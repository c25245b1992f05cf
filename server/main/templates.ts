import type { WorkspaceClocks } from '../../kernel/workspace-clock.ts'
import type { Log } from '../../kernel/log.ts'
import { Problem } from '../../kernel/problem.ts'
import { cloudTemplates } from '../../providers/whatsapp/templates.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import type { Ports } from '../ports.ts'
import { TemplateNewsRoom } from '../templates/news.ts'
import { Templates } from '../templates/templates.ts'
import type { KnownSettings } from './settings.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Storage
  channels: ChannelSettings
  files: Pick<FileRoom, 'open' | 'bytesOf'>
  settings: Pick<KnownSettings, 'templatesChanged' | 'all' | 'ofWorkspace'>
  clocks: WorkspaceClocks
  log: Pick<Log, 'warn'>
}

/** What people write for WhatsApp to approve, and what WhatsApp says of it. */
export function openTemplates({ storage, channels, files, settings, clocks, log }: Parts) {
  const { store, rest } = storage
  let tell: Ports['resourceChanged'] = () => undefined
  const changed = (id: string) => settings.templatesChanged(id)
  const parts = { store, rest, channels, files, api: cloudTemplates, changed }
  const news = new TemplateNewsRoom({
    ...parts,
    timeOf: (workspaceId) => clocks.of(workspaceId).now(),
    shown: (workspaceId, one) => tell(workspaceId, { resource: 'message-templates', ...one }),
  })
  return {
    ports: { templates: new Templates(parts), templateNews: news } satisfies Partial<Ports>,
    /** A webhook's time is the world's: rules live by that of their workspace. */
    templateTold: (workspaceId: string, told: Parameters<TemplateNewsRoom['told']>[1]) =>
      news.told(workspaceId, { ...told, at: clocks.of(workspaceId).whenItWas(told.at) }),
    /** One workspace after the other: what one provider refuses is no other's trouble. */
    async syncAll() {
      for (const [workspaceId, { channels: known = [] }] of [...settings.all()]) {
        if (!known.some(({ kind, isActive }) => kind === 'whatsapp' && isActive)) continue
        try {
          await news.sync(workspaceId)
        } catch (error) {
          if (!(error instanceof Problem)) throw error
          log.warn('templates not read', { workspaceId, error })
        }
      }
    },
    shownBy: (resourceChanged: Ports['resourceChanged']) => void (tell = resourceChanged),
  }
}
