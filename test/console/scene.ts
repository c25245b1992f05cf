import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { App } from '../harness/boot.ts'

/** A clock that starts in the past: what is said while it is `back` is that old when it is looked at. */
export function pastClock() {
  let shiftMs = 0
  const clock: Clock = {
    now: () => Date.now() - shiftMs,
    at: (time, run) => systemClock.at(time + shiftMs, run),
  }
  return { clock, back: (minutes: number) => void (shiftMs = minutes * 60_000) }
}

/** A clinic in the middle of a morning: people in several languages, every kind of message, notes, a failure. */
export async function scene(app: App, back: (minutes: number) => void = () => {}) {
  const { business, simulator } = app
  await business.member('Ravi Menon')
  const api = await business.as('owner')
  const person = (name: string) => business.person(name)
  const say = async (who: ReturnType<typeof person>, ...words: string[]) => {
    for (const text of words) who.sends(text)
    await app.settled()
  }

  const amina = person('Amina Benali')
  back(26 * 60)
  await say(amina, 'Hello, my name is Amina. Do you have evening sessions?')
  for (const [minutes, name, text] of [
    [1_365, 'Grace Okonkwo', 'I missed the call, could you ring again after five?'],
    [196, 'Tomás Arrieta', 'Perfecto, hasta el lunes'],
    [170, 'Margarethe Lindqvist-Sørensen', 'YES'],
    [118, 'سارة الحداد', 'هل يمكنني حجز موعد يوم الأحد صباحًا؟'],
    [64, 'Oluwaseun Adeyemi', 'The invoice for October: the amount differs from the receipt'],
    [41, 'Priya Raghunathan', 'Thank you, the breathing exercise helped a lot today'],
    [23, 'Daniel Whitcombe', 'I did not sleep again, and the tablets are finished'],
  ] as const) {
    back(minutes)
    await say(person(name), text)
  }
  back(20)

  const { items } = await api.conversations.list({ status: 'open' })
  const idOf = (name: string) => items.find(({ conversation }) => conversation.name === name)?.conversationId ?? ''
  await api.conversations.send(idOf('Tomás Arrieta'), { content: { kind: 'text', text: 'See you on Monday at 9:30.' } })
  await api.conversations.assign(idOf('Priya Raghunathan'), business.members['Ravi Menon']?.id ?? '')
  await api.conversations.setStatus(idOf('Margarethe Lindqvist-Sørensen'), 'resolved')
  await app.settled()

  back(16)
  await say(amina, 'Good morning! Could I move Thursday to the evening? I finish work at six.')
  const list = await api.conversations.list({ status: 'open' })
  const conversationId = list.items[0]?.conversationId ?? ''
  await api.conversations.assign(conversationId, business.members['owner']?.id ?? '')
  const send = async (content: Parameters<typeof api.conversations.send>[1]['content']) => {
    await api.conversations.send(conversationId, { content })
    await app.settled()
  }
  const asks = { kind: 'buttons' as const, text: 'Of course, Amina. Which one suits you?' }
  await send({
    ...asks,
    buttons: [
      { id: 'thu', title: 'Thursday, 18:30' },
      { id: 'fri', title: 'Friday, 19:00' },
    ],
  })
  amina.opens()
  await app.settled()
  back(11)
  const offer = amina.chat().messages.at(-1)
  amina.sends({ kind: 'answer', to: offer?.id ?? '', id: 'thu' })
  await api.conversations.note(conversationId, 'Prefers to write in French, reads English well. No calls before noon.')
  back(8)
  amina.sends({ kind: 'image', sample: 'image', caption: 'The form you asked for' })
  amina.sends({ kind: 'voice', sample: 'voice' })
  amina.sends({ kind: 'document', sample: 'document' })
  amina.sends({ kind: 'location', latitude: 33.5731, longitude: -7.5898, name: 'Café Clock', address: 'Casablanca' })
  amina.sends({ kind: 'contacts', contacts: [{ name: 'Dr. Nadia Haddad', phones: ['+212 5 22 00 11 22'] }] })
  await app.settled()
  amina.closes()
  back(3)
  await send({
    kind: 'text',
    text: 'Thank you. The address is on https://example.org/way, and the door opens at 18:20.',
  })
  back(0)
  const thanked = amina.chat().messages.at(-1)
  amina.sends({ kind: 'reaction', to: thanked?.id ?? '', emoji: '❤️' })
  await app.settled()
  return { amina, api, conversationId, idOf, person, say, simulator }
}
