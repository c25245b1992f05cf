import { nowUs, readText, replyEvery, someone, textOf, type Webhook, webhookOf } from './webhooks.ts'

/** Hands webhooks over inside the server's own process, so many at once, as a reader of a queue would. */
export class Feed {
  readonly #hand: (webhook: Webhook) => Promise<void>
  readonly #waiting = new Map<number, () => void>()
  #isOn = false
  #loops: Promise<void>[] = []
  #seq = 1_000_000_000

  constructor(hand: (webhook: Webhook) => Promise<void>) {
    this.#hand = hand
  }

  start({ inflight, conversations }: { inflight: number; conversations: number }) {
    this.#isOn = true
    const next = someone(conversations)
    this.#loops = Array.from({ length: inflight }, async () => {
      while (this.#isOn) await this.#one(next())
    })
  }

  async rest() {
    this.#isOn = false
    await Promise.all(this.#loops)
  }

  /** The event of this message has left for the sockets. */
  left(text: string | undefined) {
    const seq = readText(text)?.seq
    if (seq === undefined) return
    this.#waiting.get(seq)?.()
    this.#waiting.delete(seq)
  }

  async #one(person: number) {
    const seq = this.#seq++
    const left = new Promise<void>((resolve) => this.#waiting.set(seq, resolve))
    const text = textOf(seq, nowUs(), seq % replyEvery === 0)
    await this.#hand(webhookOf(person, `${process.pid}.${seq}`, text))
    await left
  }
}
