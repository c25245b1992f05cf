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

  readonly mail: LetterboxPorts['mail'] = async ({ letterId, to, language: tag, letter }) => {
    if (letter.about === 'nobody') throw new Error('a letter to nobody was to be sent')
    const { words, language } = wordsOf(letter, tag)
    const page = pageOf(words, letter.link, language)
    const result = await this.#sender.send({ from: this.#from, to, key: letterId, ...page })
    if (result.outcome === 'accepted') return { outcome: 'accepted', why: null, retryAfterMs: null }
    return { outcome: result.action, why: result.title, retryAfterMs: result.retryAfterMs }
  }
}
