import type { Going } from '../../actors/messenger/contract.ts'
import type { HandedOver, MessengerPorts } from '../../actors/messenger/effects.ts'
import type { SmsSender } from '../../providers/twilio/port.ts'
import type { Sender } from '../../providers/sender.ts'
import { openLine } from '../delivery.ts'
import type { ChannelSettings } from '../../store/settings/channels.ts'
import { spokenFor, textOf } from './texts.ts'

interface Parts {
  /** Undefined where no text can be sent by SMS. */
  sms: SmsSender | undefined
  whatsApp: Pick<Sender, 'send'>
  channels: ChannelSettings
  /** The name of a workspace's authentication template. */
  templateOf(workspaceId: string): string
  /** Where people reach this server, and where its SMS provider does. */
  url(): string
  statusUrl(): string
  now(): number
}

/** Where Twilio tells what became of a text of ours. */
export const statusPath = '/webhooks/twilio/texts'

const accepted: HandedOver = { outcome: 'accepted', why: null, retryAfterMs: null }
const never = (why: string): HandedOver => ({ outcome: 'never', why, retryAfterMs: null })
const unknown = (why: string): HandedOver => ({ outcome: 'unknown', why: why.slice(0, 500), retryAfterMs: null })

/** Writes the platform's own texts and hands them to Twilio, or to WhatsApp. */
export class TextOffice implements MessengerPorts {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  readonly send: MessengerPorts['send'] = (text) => (text.way === 'sms' ? this.#bySms(text) : this.#byWhatsApp(text))

  readonly find: MessengerPorts['find'] = async (text) => {
    // WhatsApp has no question "did you take it": its status webhook carries our id and answers by itself.
    if (text.way === 'whatsapp' || !this.#parts.sms) return unknown('The provider did not say whether it took it.')
    const { to, since } = text
    const id = await this.#parts.sms.find({ to, text: textOf(text, this.#parts.url()) }, since)
    return id === undefined ? unknown('The provider does not know of it.') : accepted
  }

  async #bySms(text: Going): Promise<HandedOver> {
    const { sms, url, statusUrl, now } = this.#parts
    if (!sms) return never('No SMS provider is set up.')
    const { textId, to, notAfter } = text
    const lastsMs = notAfter - now()
    if (lastsMs <= 0) return never('It is of no use any more.')
    const told = `${statusUrl()}${statusPath}/${textId}`
    const result = await sms.send({ to, text: textOf(text, url()), statusUrl: told, lastsMs })
    if (result.outcome === 'accepted') return accepted
    if (result.outcome === 'unknown') return unknown(result.why)
    const { action, title, retryAfterMs } = result.error
    return { outcome: action, why: title, retryAfterMs }
  }

  async #byWhatsApp({ textId, to, language, words, workspaceId }: Going): Promise<HandedOver> {
    const { channels, whatsApp, templateOf } = this.#parts
    if (workspaceId === null || words.about === 'nobody') return never('There is no number to send it by.')
    const lines = await channels.list(workspaceId)
    const line = lines.find(({ kind, status }) => kind === 'whatsapp' && status === 'active')
    const open = line && (await openLine(channels, workspaceId, line.id))
    if (!open) return never('There is no number to send it by.')
    const { code } = words
    const name = templateOf(workspaceId)
    const parameters = [code]
    const content = { kind: 'template' as const, name, language: spokenFor(language), parameters, copyCode: code }
    const result = await whatsApp.send(open, { to: to.slice(1), content, opaque: textId })
    if (result.outcome === 'accepted') return accepted
    if (result.outcome === 'unknown') return unknown(result.why)
    const { action, title, retryAfterMs = null } = result.error
    const outcome = action === 'retry' || action === 'broken' ? action : 'never'
    return { outcome, why: title.slice(0, 500), retryAfterMs }
  }
}
