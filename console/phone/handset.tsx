import { IconPlaneTilt, IconWifi } from '@tabler/icons-react'
import { ChatList } from './chat-list.tsx'
import { ChatScreen } from './chat-screen.tsx'
import { Frame } from './frame.tsx'
import type { Channel, Person } from './phone-api.ts'
import style from './phone.module.css'
import { useDoing } from '../live/use-doing.ts'
import { phone } from './phone-api.ts'

/** One person's telephone: the list of chats, or the chat that is open on it. */
export const Handset = ({ person, channel }: { person: Person; channel: Channel }) => {
  const place = { waId: person.waId, channelId: channel.channelId }
  const chat = person.chats.find((one) => one.channelId === channel.channelId)
  return (
    <li className={style.handset}>
      <Frame name={`${person.name}’s phone`} isOnline={person.online}>
        {chat?.open ? (
          <ChatScreen person={person} channel={channel} chat={chat} place={place} />
        ) : (
          <ChatList channel={channel} chat={chat} place={place} />
        )}
      </Frame>
      <Label person={person} />
    </li>
  )
}

const Label = ({ person }: { person: Person }) => {
  const doing = useDoing()
  const Sign = person.online ? IconWifi : IconPlaneTilt
  return (
    <div className={style.label}>
      <b>
        <bdi>{person.name}</bdi>
      </b>
      <span>{person.hidesNumber ? 'hides the number' : `+${person.waId}`}</span>
      <button
        type="button"
        role="switch"
        aria-checked={person.online}
        aria-label={`${person.name}’s phone is online`}
        className={style.online}
        onClick={() => void doing.do(() => phone.online(person.waId, !person.online))}
      >
        <Sign size={14} stroke={1.9} aria-hidden="true" />
        {person.online ? 'Online' : 'Offline: one tick only'}
      </button>
      {doing.failed && <span role="alert">{doing.failed.message}</span>}
    </div>
  )
}
