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
import { said } from './said.ts'
import { type AppPhone, useApp, useOwn } from './use-app.ts'

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

const Screen = ({ name, app: { api, changed }, session, client }: ScreenProps) => {
  const { conversationId } = session
  const { state, isTyping } = useOwn(client, conversationId)
  const [shows, setShows] = useState<'home' | 'chat' | 'account'>('chat')
  const seenUpTo = useSeen(client, `careline.app.${name}.seen.${conversationId}`, state, shows === 'chat')
  if (!state) return <p className={style.wait}>Connecting …</p>
  if (shows === 'account') return <AppAccount name={name} api={api} back={() => setShows('chat')} signedOut={changed} />
  if (shows === 'home')
    return (
      <Home
        name={name}
        business={session.workspace.name}
        news={newsIn(state, seenUpTo)}
        open={() => setShows('chat')}
      />
    )
  return (
    <AppChat
      name={name}
      api={api}
      client={client}
      session={session}
      state={state}
      isTyping={isTyping}
      close={() => setShows('home')}
      account={() => setShows('account')}
    />
  )
}

type Message = OwnConversationState['messages'][number]

const newsIn = ({ messages }: OwnConversationState, seenUpTo: number) =>
  messages.filter(({ n, direction }) => direction === 'out' && n > seenUpTo)

/** How far somebody has read; while they look, that is all of it, and the business is told. */
function useSeen(client: Client, slot: string, state: OwnConversationState | undefined, isLooking: boolean) {
  const [seenUpTo, setSeen] = useState(() => Number(localStorage.getItem(slot) ?? 0))
  const last = state?.messages.findLast(({ direction }) => direction === 'out')?.n ?? 0
  useEffect(() => {
    if (!isLooking || last <= seenUpTo) return
    setSeen(last)
    localStorage.setItem(slot, String(last))
    // What is not told now is told with the next one.
    void client.command('own_message.read', { upTo: last }).catch(() => undefined)
  }, [client, slot, isLooking, last, seenUpTo])
  return seenUpTo
}

interface HomeProps {
  name: string
  business: string
  /** What came since the app was left. */
  news: readonly Message[]
  open: () => void
}

const noticesMax = 3

/** The phone's own screen, on which a closed app tells what came. */
const Home = ({ name, business, news, open }: HomeProps) => (
  <div className={style.home}>
    <ul className={style.notices} aria-live="polite" aria-label={`Notices on phone ${name}`}>
      {news.slice(-noticesMax).map(({ _id, content }) => (
        <li key={_id}>
          <button type="button" className={style.notice} onClick={open}>
            <b>{business}</b>
            <span>{said({ content })}</span>
          </button>
        </li>
      ))}
    </ul>
    <button type="button" className={style.icon} aria-label={`Open the app on phone ${name}`} onClick={open}>
      <span className={chat.face} aria-hidden="true">
        <IconMessageHeart size={26} stroke={1.6} />
      </span>
      {business}
      <Count of={news.length} says="unread" on="phone" />
    </button>
  </div>
)
