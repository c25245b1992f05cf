import { Resolver } from 'node:dns/promises'
import { type Dns, DnsFailure } from './port.ts'

interface Wishes {
  /** `address:port` of each; this machine's own where there are none. */
  servers?: readonly string[] | undefined
  timeoutMs?: number
}

const none = new Set(['ENOTFOUND', 'ENODATA', 'NXDOMAIN'])
const recordsMax = 50

/** Asks name servers, each at most twice. */
export function openDns({ servers, timeoutMs = 2_500 }: Wishes = {}): Dns {
  const resolver = new Resolver({ timeout: timeoutMs, tries: 2 })
  if (servers && servers.length > 0) resolver.setServers(servers)
  const asked = async <Found>(work: Promise<Found[]>): Promise<Found[]> => {
    try {
      return (await work).slice(0, recordsMax)
    } catch (error) {
      const { code = '' } = error as { code?: string }
      if (none.has(code)) return []
      throw new DnsFailure(`The name servers did not answer (${code || 'no reason given'}).`)
    }
  }
  return {
    txt: async (name) => (await asked(resolver.resolveTxt(name))).map((pieces) => pieces.join('')),
    async mx(name) {
      const found = await asked(resolver.resolveMx(name))
      return found.toSorted((a, b) => a.priority - b.priority).map(({ exchange }) => exchange.toLowerCase())
    },
    cname: async (name) => (await asked(resolver.resolveCname(name))).map((one) => one.toLowerCase()),
  }
}
