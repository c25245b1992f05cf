import { IconMessageHeart, IconPlaneTilt, IconWifi } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import type { Client } from '../../client/connect.ts'
import type { OwnSignIn } from '../../client/own.ts'
import type { OwnConversationState } from '../../client/streams/own.ts'
import { Count } from '../parts/count.tsx'
import { AppAccount } from './app-account.tsx'
import { AppChat } from './app-chat.tsx'
import { AppSignIn } from './app-sign-in.tsx'
import style from './app.module.css'
import chat from './chat.module.css'
import { Frame } from './frame.tsx'
import phone from './phone.module.css'
import type { PushNotice } from './phone-api.ts'
import { keepConversation, keptConversation } from './offline.ts'
import { type AppPhone, useApp, useLive, useOwn } from './use-app.ts'
import { usePush } from './use-push.ts'

/** One person's telephone with the app of the business on it. */
export const AppHandset = ({ name, business }: { name: string; business: string }) => {
  const app = useApp(name)
  const { session, client } = app
  return (
    <li className={phone.handset}>
      <Frame name={`Phone ${name}`} isOnline={app.isOnline}>
        {!session && <AppSignIn name={name} business={business} api={app.api} entered={app.changed} />}
        {session && client && <Screen name={name} app={app} session={session} client={client} />}
      </Frame>
      <Label name={name} {...app} />
    </li>
  )
}

const Label = ({ name, session, isOnline, goOnline }: AppPhone & { name: string }) => {
  const Sign = isOnline ? IconWifi : IconPlaneTilt
  return (
    <div className={phone.label}>
      <b>
        <bdi>{session ? session.user.name || 'Somebody' : `Phone ${name}`}</bdi>
      </b>
      <span>{session?.workspace.name ?? 'nobody is signed in'}</span>
      {session && (
        <button
          type="button"
          role="switch"
          aria-checked={isOnline}
          aria-label={`Phone ${name} is online`}
          className={phone.online}
          onClick={() => goOnline(!isOnline)}
        >
          <Sign size={14} stroke={1.9} aria-hidden="true" />
          {isOnline ? 'Online' : 'Offline: what is written waits'}
        </button>
      )}
    </div>
  )
}

interface ScreenProps {
  name: string
  app: AppPhone
  session: OwnSignIn
  client: Client
}

const Screen = ({ name, app, session, client }: ScreenProps) => {
  const { api, changed } = app
  const [shows, setShows] = useState<'home' | 'chat' | 'account'>('chat')
  const push = usePush(name, app, session, shows === 'home')
  const close = () => {
    app.closeApp(true)
    setShows('home')
  }
  const open = () => {
    app.closeApp(false)
    push.clear()
    setShows('chat')
  }
  if (shows === 'home') return <Home name={name} business={session.workspace.name} notices={push.notices} open={open} />
  if (shows === 'account') return <AppAccount name={name} api={api} back={() => setShows('chat')} signedOut={changed} />
  return (
    <Chat name={name} api={api} client={client} session={session} close={close} account={() => setShows('account')} />
  )
}

type ChatProps = Omit<Parameters<typeof AppChat>[0], 'state' | 'isTyping' | 'isLive'>

/** The app is open: what comes is shown here, and no telephone is told of it. */
const Chat = (props: ChatProps) => {
  const { name, client, session } = props
  const { conversationId } = session
  const own = useOwn(client, conversationId)
  const isLive = useLive(client)
  const [kept] = useState(() => keptConversation(name, conversationId))
  const state = own.state ?? kept
  useEffect(() => {
    if (own.state) keepConversation(name, conversationId, own.state)
  }, [name, conversationId, own.state])
  useSeen(client, `careline.app.${name}.seen.${conversationId}`, own.state)
  if (!state) return <p className={style.wait}>Connecting …</p>
  return <AppChat {...props} state={state} isTyping={own.isTyping} isLive={isLive} />
}

/** What is before their eyes they have read, and the business is told. */
function useSeen(client: Client, slot: string, state: OwnConversationState | undefined) {
  const [seenUpTo, setSeen] = useState(() => Number(localStorage.getItem(slot) ?? 0))
  const last = state?.messages.findLast(({ direction }) => direction === 'out')?.n ?? 0
  useEffect(() => {
    if (last <= seenUpTo) return
    setSeen(last)
    localStorage.setItem(slot, String(last))
    // What is not told now is told with the next one.
    void client.command('own_message.read', { upTo: last }).catch(() => undefined)
  }, [client, slot, last, seenUpTo])
}

interface HomeProps {
  name: string
  business: string
  /** What a push service has brought, the latest first. */
  notices: readonly PushNotice[]
  open: () => void
}

const noticesMax = 3

/** The lock screen: the app is closed, and what comes is told by a push. */
const Home = ({ name, business, notices, open }: HomeProps) => (
  <div className={style.home}>
    <ul className={style.notices} aria-live="polite" aria-label={`Notices on phone ${name}`}>
      {notices.slice(0, noticesMax).map(({ tag, title, body }) => (
        <li key={tag}>
          <button type="button" className={style.notice} onClick={open}>
            <b>{title}</b>
            <span>{body}</span>
          </button>
        </li>
      ))}
    </ul>
    <button type="button" className={style.icon} aria-label={`Open the app on phone ${name}`} onClick={open}>
      <span className={chat.face} aria-hidden="true">
        <IconMessageHeart size={26} stroke={1.6} />
      </span>
      {business}
      <Count of={notices[0]?.badge ?? 0} says="unread" on="phone" />
    </button>
  </div>
)
