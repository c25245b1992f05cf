import { lookup } from 'node:dns/promises'
import type { Transporter } from 'nodemailer'
import { type AllowedHost, allowsAddress, allowsName, isPublicAddress } from '../../kernel/private-addresses.ts'
import { neverSent } from '../never-sent.ts'
import type { Mail, MailAction, MailResult, MailSender } from './port.ts'

export interface SmtpAccount {
  host: string
  /** 465 speaks TLS from the first byte; any other begins in the clear and must go on in TLS, or nothing is said. */
  port: number
  user: string
  password: string
  /** What of this machine and its network may be spoken to: whoever names a mail server must reach nothing else. */
  allowedHosts: readonly AllowedHost[]
  /** Certificates that count besides the machine's own, PEM. */
  ca?: string
}

const timeouts = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 }

export interface SmtpError extends Error {
  code?: string
  responseCode?: number
  command?: string
}

/** Hands a mail to the mail server of whoever looks after it themselves. One connection a mail: few go this way. */
export class Smtp implements MailSender {
  readonly #account: SmtpAccount

  constructor(account: SmtpAccount) {
    this.#account = account
  }

  async send(mail: Mail): Promise<MailResult> {
    const { 'Message-ID': messageId, ...headers } = mail.headers ?? {}
    let transport: Transporter | undefined
    try {
      transport = await this.#open()
      await transport.sendMail({
        ...{ from: mail.from, to: mail.to, subject: mail.subject, text: mail.text, html: mail.html, headers },
        ...(messageId !== undefined && { messageId }),
        ...(mail.cc && { cc: [...mail.cc] }),
        ...(mail.bcc && { bcc: [...mail.bcc] }),
        ...(mail.replyTo !== undefined && { replyTo: mail.replyTo }),
        attachments: (mail.attachments ?? []).map(({ name, mime, bytes }) => ({
          filename: name,
          contentType: mime,
          content: Buffer.from(bytes),
        })),
        disableFileAccess: true,
        disableUrlAccess: true,
      })
      return { outcome: 'accepted', providerId: messageId ?? mail.key }
    } catch (error) {
      return refusal(error as SmtpError)
    } finally {
      transport?.close()
    }
  }

  /** Signs in and leaves. @throws as the server refuses */
  async verify(): Promise<void> {
    const transport = await this.#open()
    try {
      await transport.verify()
    } finally {
      transport.close()
    }
  }

  async #open(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer')
    const { host, port, user, password, allowedHosts, ca } = this.#account
    // The very address that was looked at: a name may mean something else a moment later.
    const address = await reached(host, port, allowedHosts)
    return createTransport({
      ...{ host: address, port, secure: port === 465, requireTLS: port !== 465, ...timeouts },
      ...(user !== '' && { auth: { user, pass: password } }),
      tls: { minVersion: 'TLSv1.2', rejectUnauthorized: true, servername: host, ...(ca !== undefined && { ca }) },
    })
  }
}

async function reached(host: string, port: number, allowed: readonly AllowedHost[]): Promise<string> {
  const found = await lookup(host, { all: true })
  const isOpen = (address: string) => isPublicAddress(address) || allowsAddress(allowed, address, port)
  const [first] = found
  if (first && (allowsName(allowed, host, port) || found.every(({ address }) => isOpen(address)))) return first.address
  throw Object.assign(new Error(`${host} leads into a private network.`), { code: 'ECONFIG' })
}

const broken = new Set(['EAUTH', 'ETLS', 'ECONFIG', 'EDNS', 'ENOAUTH', 'EREQUIRETLS'])

/** RFC 5321: 4xx may pass later, 5xx never will. Without a code, nobody knows what the server had heard. */
export function refusal(error: SmtpError): MailResult {
  const { code = '', responseCode } = error
  const title = error.message.replaceAll(/\s+/g, ' ').slice(0, 500)
  const refused = (action: MailAction) =>
    ({
      outcome: 'refused',
      code: responseCode ? `smtp_${responseCode}` : code.toLowerCase() || 'smtp',
      title,
      action,
      retryAfterMs: null,
    }) as const
  if (broken.has(code)) return refused('broken')
  if (responseCode !== undefined) return refused(responseCode < 500 ? 'retry' : 'never')
  if (neverSent(code) || error.command === 'CONN' || code === 'ECONNECTION') return refused('retry')
  throw error
}
