/** A WhatsApp webhook with one text of one person, and what is written in that text so that it can be timed. */

/** The machine's own clock in µs, the same in all processes. */
export const nowUs = () => Number(process.hrtime.bigint() / 1_000n)

export const phoneNumberId = '155500010001'
export const phoneOf = (person: number) => `4915100${String(person).padStart(6, '0')}`

/** `wantsReply`: the staff will answer this one. */
export const textOf = (seq: number, sentUs: number, wantsReply: boolean) =>
  `${seq} ${sentUs} ${wantsReply ? '?' : '.'} Good morning, may I come an hour later on Thursday, or is that not possible?`

export function readText(text: string | undefined) {
  const [, seq, sentUs, mark] = /^(\d+) (\d+) ([?.])/.exec(text ?? '') ?? []
  return seq === undefined ? undefined : { seq: Number(seq), sentUs: Number(sentUs), wantsReply: mark === '?' }
}

export const webhookOf = (person: number, id: string, text: string) => ({
  object: 'whatsapp_business_account',
  entry: [
    {
      id: 'waba-bench',
      changes: [
        {
          field: 'messages',
          value: {
            messaging_product: 'whatsapp',
            metadata: { display_phone_number: '15550001000', phone_number_id: phoneNumberId },
            contacts: [{ profile: { name: `Person ${person}` }, wa_id: phoneOf(person) }],
            messages: [
              {
                from: phoneOf(person),
                id: `wamid.${id}`,
                timestamp: String(Math.floor(Date.now() / 1_000)),
                text: { body: text },
                type: 'text',
              },
            ],
          },
        },
      ],
    },
  ],
})
export type Webhook = ReturnType<typeof webhookOf>

/** Who writes next: the same people in the same order in every run. */
export function someone(conversations: number) {
  let state = 12_345
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * conversations)
  }
}

/** One message in so many is answered. */
export const replyEvery = 5
