import type { LetterboxPorts } from '../../actors/letterbox/effects.ts'
import type { MailSender } from '../../providers/mail/port.ts'
import { pageOf } from './page.ts'
import { wordsOf } from './words.ts'

/** Writes the platform's letters and hands them to the mail provider. */
export class PostOffice implements LetterboxPorts {
  readonly #sender: MailSender
  readonly #from: string

  /** `from`: `Name <address>`. */
  constructor(sender: MailSender, from: string) {
    this.#sender = sender
    this.#from = from
  }

  readonly mail: LetterboxPorts['mail'] = async ({ letterId, to, language: tag, letter, brand }) => {
    if (letter.about === 'nobody') throw new Error('a letter to nobody was to be sent')
    const { words, language } = wordsOf(letter, tag)
    const link = 'link' in letter ? letter.link : ''
    const page = pageOf(words, link, language, brand?.colour || undefined)
    const from = brand?.name ? inNameOf(brand.name, this.#from) : this.#from
    const result = await this.#sender.send({ from, to, key: letterId, ...page })
    if (result.outcome === 'accepted') return { outcome: 'accepted', why: null, retryAfterMs: null }
    return { outcome: result.action, why: result.title, retryAfterMs: result.retryAfterMs }
  }
}

/** The same address under another name. What would end the name, or the line, is left out of it. */
function inNameOf(name: string, from: string): string {
  const plain = name
    .replace(/[\p{C}"<>\\\r\n]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
  return plain === '' ? from : `"${plain}" ${from.slice(from.lastIndexOf('<'))}`
}
