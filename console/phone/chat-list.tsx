import { IconBrandWhatsapp } from '@tabler/icons-react'
import { Count } from '../parts/count.tsx'
import type { Channel, Chat, Place } from './phone-api.ts'
import { phone } from './phone-api.ts'
import style from './chat.module.css'
import { said } from './said.ts'
import { useDoing } from '../live/use-doing.ts'

function nowIn(chat: Chat | undefined) {
  if (chat?.typingUntil) return 'typing …'
  const last = chat?.messages.at(-1)
  return last ? said(last) : 'Tap to write'
}

/** The phone with WhatsApp's list of chats: what arrives here is delivered, and read only once the chat is opened. */
export const ChatList = ({ channel, chat, place }: { channel: Channel; chat: Chat | undefined; place: Place }) => {
  const doing = useDoing()
  return (
    <div className={style.home}>
      <p className={style.app}>
        <IconBrandWhatsapp size={18} stroke={1.9} aria-hidden="true" />
        Chats
      </p>
      <button type="button" className={style.entry} onClick={() => void doing.do(() => phone.open(place))}>
        <span className={style.face} aria-hidden="true">
          {channel.name.slice(0, 1)}
        </span>
        <span className={style.entryText}>
          <b>{channel.name}</b>
          <span>
            <span className="unseen">Open the chat: </span>
            {nowIn(chat)}
          </span>
        </span>
        <Count of={chat?.unread ?? 0} says="unread" on="phone" />
      </button>
      {doing.failed && (
        <p className={style.failed} role="alert">
          {doing.failed.message}
        </p>
      )}
    </div>
  )
}
