import type { Config } from '../../../kernel/config.ts'
import type { Auth } from '../../auth/auth.ts'
import type { DemoDoor } from '../../ports.ts'
import { keptDemo } from './kept.ts'
import { business, staff, type Who } from './script.ts'

interface Parts {
  config: Pick<Config, 'dataDir' | 'hasDemo' | 'isProduction'>
  auth: Auth
  phoneKey: string
}

/** The demo's members without their passwords; undefined where others than its owner may come. */
export function demoDoor({ config, auth, phoneKey }: Parts): DemoDoor | undefined {
  if (config.isProduction || !config.hasDemo) return undefined
  const ready = () => {
    const kept = keptDemo(config.dataDir)
    return kept?.state === 'ready' ? kept : undefined
  }
  return {
    who() {
      const kept = ready()
      if (!kept) return undefined
      const members = (Object.keys(staff) as Who[]).map((who) => ({
        id: kept.members[who],
        name: staff[who].name,
        role: staff[who].role,
      }))
      return { business, members, phoneKey }
    },
    async enter(memberId, from) {
      const kept = ready()
      const isTheirs = kept && Object.values(kept.members).includes(memberId)
      return isTheirs ? auth.openProven(kept.workspaceId, memberId, from) : undefined
    },
  }
}
