import { queryOptions, useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { eventsAddress, phone, type Chat, type Person, type PhoneEvent, type Snapshot } from './phone-api.ts'

type Heard = (event: PhoneEvent) => void

// Everything that the simulator says. What comes while a snapshot is on its way is applied to it afterwards: values
// are whole, so hearing one twice changes nothing.
const listeners = new Set<Heard>()

async function ask(): Promise<Snapshot> {
  const meanwhile: PhoneEvent[] = []
  const note: Heard = (event) => meanwhile.push(event)
  listeners.add(note)
  try {
    const snapshot = await phone.snapshot()
    return meanwhile.reduce(applied, snapshot)
  } finally {
    listeners.delete(note)
  }
}

const phonesQuery = queryOptions({ queryKey: ['phones'], queryFn: ask, staleTime: Infinity, retry: false })

export function usePhones() {
  const cache = useQueryClient()
  useEffect(() => listen(cache), [cache])
  return useQuery(phonesQuery)
}

function listen(cache: QueryClient) {
  const line = new EventSource(eventsAddress())
  const keep: Heard = (event) =>
    cache.setQueryData(phonesQuery.queryKey, (state) => (state ? applied(state, event) : state))
  listeners.add(keep)
  // Listen first, then ask: also after a break, for what was said meanwhile is not said again.
  line.addEventListener('open', () => void cache.invalidateQueries({ queryKey: phonesQuery.queryKey }))
  line.addEventListener('change', (told: MessageEvent<string>) => {
    const event = JSON.parse(told.data) as PhoneEvent
    for (const listener of listeners) listener(event)
  })
  return () => {
    listeners.delete(keep)
    line.close()
  }
}

/** The phones after what happened. */
export function applied(state: Snapshot, event: PhoneEvent): Snapshot {
  switch (event.type) {
    case 'channel':
      return { ...state, channels: placed(state.channels, event.channel, (one) => one.channelId) }
    case 'person':
      return { ...state, people: withPerson(state.people, event.person) }
    case 'chat':
      return withChat(state, event.chat.waId, event.chat.channelId, (chat) => ({ ...chat, ...event.chat }))
    case 'message':
      return withChat(state, event.message.waId, event.message.channelId, (chat) => ({
        ...chat,
        messages: placed(chat.messages, event.message, (one) => one.id).sort((a, b) => a.at - b.at),
      }))
  }
}

function placed<Thing>(list: Thing[], thing: Thing, id: (one: Thing) => string) {
  const at = list.findIndex((one) => id(one) === id(thing))
  return at < 0 ? [...list, thing] : list.with(at, thing)
}

function withPerson(people: Person[], person: Omit<Person, 'chats'>): Person[] {
  const known = people.find((one) => one.waId === person.waId)
  if (!known) return [{ ...person, chats: [] }, ...people]
  return people.map((one) => (one === known ? { ...known, ...person } : one))
}

const emptyChat = (waId: string, channelId: string): Chat => ({
  waId,
  channelId,
  open: false,
  unread: 0,
  windowEndsAt: null,
  typingUntil: null,
  messages: [],
})

function withChat(state: Snapshot, waId: string, channelId: string, change: (chat: Chat) => Chat): Snapshot {
  const people = state.people.map((person) => {
    if (person.waId !== waId) return person
    const chat = person.chats.find((one) => one.channelId === channelId) ?? emptyChat(waId, channelId)
    return { ...person, chats: placed(person.chats, change(chat), (one) => one.channelId) }
  })
  return { ...state, people }
}
