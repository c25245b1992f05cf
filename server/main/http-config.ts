import { join } from 'node:path'
import type { Config } from '../../kernel/config.ts'
import type { HttpConfig } from '../ports.ts'
import type { ConnectedChannels } from './channels.ts'

/** What routes know of the configuration. */
export function httpConfig(config: Config, url: string, connected: ConnectedChannels): HttpConfig {
  const { corsOrigins, trustsProxy, limits, metricsToken, isProduction, whatsappBaseUrl } = config
  return {
    corsOrigins,
    trustsProxy,
    limits,
    // It moves with the simulator.
    get simulatorUrl() {
      return connected.simulatorUrl
    },
    whatsappBaseUrl,
    isSecure: url.startsWith('https:'),
    consoleDir: join(import.meta.dirname, '../../dist/console'),
    allowsAnyProvider: !isProduction,
    hasSimulators: config.hasSimulators,
    playsMail: config.hasSimulators && config.resendApiKey === undefined,
    playsTexts: config.hasSimulators && config.twilio === undefined,
    publicUrl: url,
    ...(metricsToken !== undefined && { metricsToken }),
  }
}
