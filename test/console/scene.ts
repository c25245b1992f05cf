import { type Clock, systemClock } from '../../kernel/clock.ts'
import type { Api } from '../../client/api.ts'
import type { Outgoing } from '../../client/wire.ts'
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

type Back = (minutes: number) => void
type Person = ReturnType<App['business']['person']>

const text = (words: string) => ({ kind: 'text' as const, text: words })

async function say(app: App, who: Person, words: string) {
  who.sends(words)
  await app.settled()
}

async function conversationOf(api: Api, name: string) {
  const { items } = await api.conversations.list({ limit: 100 })
  const line = items.find(({ conversation }) => conversation.name === name)
  if (!line) throw new Error(`${name} has not written.`)
  return line.conversationId
}

/** A clinic in the middle of a morning: people in several languages, every kind of message, a note. Lena works here. */
export async function scene(app: App, back: Back) {
  const { business } = app
  const lena = await business.member('Lena Hoffmann', 'admin')
  const ravi = await business.member('Ravi Menon')
  const amina = business.person('Amina Benali')
  back(26 * 60)
  await say(app, amina, 'Hello, my name is Amina. Do you have sessions in the evening?')
  await others(app, back)

  back(20)
  const api = await business.as('Lena Hoffmann')
  const id = (name: string) => conversationOf(api, name)
  await api.conversations.send(await id('Tomás Arrieta'), { content: text('See you on Monday at 9:30.') })
  await api.conversations.assign(await id('Priya Raghunathan'), ravi.id)
  await api.conversations.setStatus(await id('Margarethe Lindqvist-Sørensen'), 'resolved')
  await app.settled()
  const conversationId = await id('Amina Benali')
  await api.conversations.assign(conversationId, lena.id)
  await talk(app, back, { api, conversationId, amina })
  return { amina, conversationId }
}

async function others(app: App, back: Back) {
  for (const [minutes, name, words] of [
    [1_365, 'Grace Okonkwo', 'I missed the call, could you ring again after five?'],
    [196, 'Tomás Arrieta', 'Perfecto, hasta el lunes'],
    [170, 'Margarethe Lindqvist-Sørensen', 'YES'],
    [118, 'سارة الحداد', 'هل يمكنني حجز موعد يوم الأحد صباحًا؟'],
    [64, 'Oluwaseun Adeyemi', 'The invoice for October: the amount differs from the receipt'],
    [41, 'Priya Raghunathan', 'Thank you, the breathing exercise helped a lot today'],
    [23, 'Daniel Whitcombe', 'I did not sleep again, and the tablets are finished'],
  ] as const) {
    back(minutes)
    await say(app, app.business.person(name), words)
  }
}

interface Among {
  api: Api
  conversationId: string
  amina: Person
}

async function talk(app: App, back: Back, among: Among) {
  const { api, conversationId, amina } = among
  const send = async (content: Outgoing) => {
    await api.conversations.send(conversationId, { content })
    await app.settled()
    return amina.chat().messages.at(-1)?.id ?? ''
  }
  const hears = async (act: Parameters<Person['sends']>[0]) => {
    amina.sends(act)
    await app.settled()
  }
  back(16)
  await hears('Good morning! Could I move Thursday to the evening? I finish work at six.')
  amina.opens()
  const offer = await send({
    kind: 'buttons',
    text: 'Of course, Amina. Which one suits you?',
    buttons: [
      { id: 'thu', title: 'Thursday, 18:30' },
      { id: 'fri', title: 'Friday, 19:00' },
    ],
  })
  back(11)
  await hears({ kind: 'answer', to: offer, id: 'thu' })
  await api.conversations.note(conversationId, 'Prefers to write in French, reads English well. No calls before noon.')
  back(8)
  await hears({ kind: 'image', sample: 'image', caption: 'The form you asked for' })
  await hears({ kind: 'voice', sample: 'voice' })
  await hears({ kind: 'document', sample: 'document' })
  await hears({ kind: 'location', latitude: 33.5731, longitude: -7.5898, name: 'Café Clock', address: 'Casablanca' })
  await hears({ kind: 'contacts', contacts: [{ name: 'Dr. Nadia Haddad', phones: ['+212 5 22 00 11 22'] }] })
  back(3)
  const thanks = await send(text('Thank you. The way: https://example.org/way, and the door opens at 18:20.'))
  back(0)
  await hears({ kind: 'reaction', to: thanks, emoji: '❤️' })
  amina.closes()
}
