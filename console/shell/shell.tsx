import {
  IconActivityHeartbeat,
  IconAddressBook,
  IconAt,
  IconBell,
  IconBellOff,
  IconDeviceMobile,
  IconInbox,
  IconKeyboard,
  IconMoon,
  IconSettings,
  IconSun,
  IconUsersGroup,
} from '@tabler/icons-react'
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState, type ReactNode } from 'react'
import { useAttention } from '../inbox/use-attention.ts'
import { mayIn, runsIt, useMaybeSession } from '../live/use-session.ts'
import { Count } from '../parts/count.tsx'
import { useHereInSight } from '../parts/in-sight.ts'
import { Mark } from '../parts/mark.tsx'
import { onceOnline } from '../parts/once-online.ts'
import { chooseScheme, useScheme } from '../theme/scheme.ts'
import { ActingBar } from './acting-bar.tsx'
import { sound } from './bell.ts'
import { listenToKeys, useKeys } from './keys.ts'
import { Me } from './me.tsx'
import { usePreference } from './preference.ts'
import style from './shell.module.css'
import { Tip } from './tip.tsx'
import { useInbox } from './use-title.ts'

const AlarmBar = lazy(() => onceOnline(() => import('./alarm-bar.tsx')).then((part) => ({ default: part.AlarmBar })))
const ClockBar = lazy(() => onceOnline(() => import('./clock-bar.tsx')).then((part) => ({ default: part.ClockBar })))
const SetupBar = lazy(() => onceOnline(() => import('./setup-bar.tsx')).then((part) => ({ default: part.SetupBar })))
const KeysSheet = lazy(() => onceOnline(() => import('./keys-sheet.tsx')).then((part) => ({ default: part.KeysSheet })))

export const Shell = () => {
  const path = useRouterState({ select: (state) => state.location.pathname })
  const session = useMaybeSession()
  const [isSheetOpen, setSheetOpen] = useState(false)
  const isOperator = session ? runsIt(session.user) : false
  const leads = session ? mayIn(session, 'queue.read') : false
  useKeysOfPlaces({ openSheet: () => setSheetOpen(true), isSignedIn: Boolean(session), isOperator, leads })
  // A thread on a narrow screen takes the whole height; the bar at the bottom would sit on the composer.
  const isInThread = path.startsWith('/inbox/')
  return (
    <div className={style.shell} data-thread={isInThread || undefined}>
      <a className={style.skip} href="#main">
        Skip to the page
      </a>
      <nav className={style.rail} aria-label="Careline">
        <span className={style.mark}>
          <Mark size={30} />
        </span>
        <Places path={path} isSignedIn={Boolean(session)} runsIt={isOperator} leads={leads} />
        <ul className={style.foot}>
          {session && <Sound />}
          <li data-wide>
            <Plain says="Keys" onClick={() => setSheetOpen(true)}>
              <IconKeyboard size={19} stroke={1.7} />
            </Plain>
          </li>
          <Scheme />
          {session && (
            <li>
              <Me name={session.user.name} />
            </li>
          )}
        </ul>
      </nav>
      <main id="main" className={style.main} tabIndex={-1}>
        <Bars isOperator={isOperator} />
        <div className={style.page}>
          <Outlet />
        </div>
      </main>
      <Tip />
      {isSheetOpen && (
        <Suspense>
          <KeysSheet close={() => setSheetOpen(false)} />
        </Suspense>
      )}
    </div>
  )
}

interface KeysOfPlaces {
  openSheet: () => void
  isSignedIn: boolean
  isOperator: boolean
  leads: boolean
}

/** The keys that go to a place, of the places that whoever sits here may see. */
const useKeysOfPlaces = ({ openSheet, isSignedIn, isOperator, leads }: KeysOfPlaces) => {
  const navigate = useNavigate()
  useEffect(listenToKeys, [])
  useKeys({
    sheet: openSheet,
    inbox: () => void navigate({ to: '/inbox' }),
    phones: () => void navigate({ to: '/phone' }),
    ...(isSignedIn && {
      mentions: () => void navigate({ to: '/mentions' }),
      people: () => void navigate({ to: '/people' }),
      find: () => void navigate({ to: '/search' }),
      settings: () => void navigate({ to: '/settings/account' }),
    }),
    ...(leads && { queue: () => void navigate({ to: '/queue' }) }),
    ...(isOperator && { operations: () => void navigate({ to: '/operations/actors' }) }),
  })
}

/** What whoever is signed in must not overlook, whichever page they are on. */
const Bars = ({ isOperator }: { isOperator: boolean }) => {
  const session = useMaybeSession()
  return (
    <>
      <ActingBar />
      {session && mayIn(session, 'audit.read') && (
        <Suspense>
          <AlarmBar />
        </Suspense>
      )}
      {isOperator && (
        <Suspense>
          <ClockBar />
          <SetupBar />
        </Suspense>
      )}
    </>
  )
}

interface PlacesProps {
  path: string
  isSignedIn: boolean
  /** They see the queue. */
  leads: boolean
  /** Owners and admins see how the installation is. */
  runsIt: boolean
}

const Places = ({ path, isSignedIn, runsIt, leads }: PlacesProps) => (
  <ul ref={useHereInSight<HTMLUListElement>()} className={style.places}>
    <Place
      to="/inbox"
      name="Inbox"
      keys="G I"
      isHere={path.startsWith('/inbox')}
      icon={<IconInbox size={20} stroke={1.7} />}
    >
      {isSignedIn && <Unread />}
    </Place>
    {isSignedIn && (
      <Place
        to="/mentions"
        name="Mentions"
        keys="G M"
        isHere={path === '/mentions'}
        icon={<IconAt size={20} stroke={1.7} />}
      >
        <Mentions />
      </Place>
    )}
    {isSignedIn && <People path={path} />}
    <Place
      to="/phone"
      name="Phones"
      keys="G P"
      isHere={path === '/phone'}
      icon={<IconDeviceMobile size={20} stroke={1.7} />}
    />
    {leads && (
      <Place
        to="/queue"
        name="Queue"
        keys="G Q"
        isHere={path.startsWith('/queue')}
        icon={<IconUsersGroup size={20} stroke={1.7} />}
      />
    )}
    {runsIt && (
      <Place
        to="/operations/actors"
        name="Operations"
        keys="G O"
        isHere={path.startsWith('/operations')}
        icon={<IconActivityHeartbeat size={20} stroke={1.7} />}
      />
    )}
    {isSignedIn && (
      <Place
        to="/settings/account"
        name="Settings"
        keys="G S"
        isHere={path.startsWith('/settings')}
        icon={<IconSettings size={20} stroke={1.7} />}
      />
    )}
  </ul>
)

const Mentions = () => <Count of={useAttention().unseen} says="not seen, " on="rail" />

const People = ({ path }: { path: string }) => (
  <Place
    to="/people"
    name="People"
    keys="G C"
    isHere={/^\/(people|person|search)\b/.test(path)}
    icon={<IconAddressBook size={20} stroke={1.7} />}
  />
)

interface PlaceProps {
  to: '/inbox' | '/mentions' | '/queue' | '/people' | '/phone' | '/operations/actors' | '/settings/account'
  name: string
  keys: string
  isHere: boolean
  icon: ReactNode
  children?: ReactNode
}

const Place = ({ to, name, keys, isHere, icon, children }: PlaceProps) => (
  <li>
    <Link
      to={to}
      className={style.place}
      data-here={isHere || undefined}
      data-tip={name}
      data-tip-key={keys}
      data-tip-side="end"
      aria-current={isHere ? 'page' : undefined}
    >
      <span className={style.icon} aria-hidden={children === undefined || undefined}>
        {icon}
        {children}
      </span>
      {name}
    </Link>
  </li>
)

const Unread = () => <Count of={useInbox().data?.counts.unread ?? 0} says="unread, " on="rail" />

const Plain = ({ says, onClick, children }: { says: string; onClick: () => void; children: ReactNode }) => (
  <button type="button" className={style.plain} aria-label={says} data-tip={says} data-tip-side="end" onClick={onClick}>
    {children}
  </button>
)

const Sound = () => {
  const isOn = usePreference(sound)
  return (
    <li>
      <button
        type="button"
        role="switch"
        aria-checked={isOn}
        aria-label="Sound for new messages"
        data-tip={isOn ? 'Sound is on' : 'Sound is off'}
        data-tip-side="end"
        className={style.plain}
        onClick={() => sound.set(!isOn)}
      >
        {isOn ? <IconBell size={19} stroke={1.7} /> : <IconBellOff size={19} stroke={1.7} />}
      </button>
    </li>
  )
}

const Scheme = () => {
  const other = useScheme() === 'dark' ? 'light' : 'dark'
  return (
    <li>
      <Plain says={`Switch to the ${other} colours`} onClick={() => chooseScheme(other)}>
        {other === 'light' ? <IconSun size={19} stroke={1.7} /> : <IconMoon size={19} stroke={1.7} />}
      </Plain>
    </li>
  )
}
