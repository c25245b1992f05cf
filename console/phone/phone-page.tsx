import { useMediaQuery } from '@mantine/hooks'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { usePlainTitle } from '../shell/use-title.ts'
import { FaultBar } from './fault-bar.tsx'
import { Handset } from './handset.tsx'
import { KeyGate } from './key-gate.tsx'
import { People } from './people.tsx'
import { Places } from './places.tsx'
import { PhoneError, phoneKey, type Channel, type Person, type Snapshot } from './phone-api.ts'
import style from './phone.module.css'
import { usePhones } from './use-phones.ts'

export const PhonePage = () => {
  // Each key begins anew: whoever listens with the old one is gone.
  const [round, setRound] = useState(() => (phoneKey() === null ? 0 : 1))
  const enter = () => setRound(round + 1)
  usePlainTitle('Phones')
  return round === 0 ? <KeyGate enter={enter} /> : <Phones key={round} enter={enter} forget={() => setRound(0)} />
}

const Phones = ({ enter, forget }: { enter: () => void; forget: () => void }) => {
  const { data, error, refetch } = usePhones()
  if (data) return <Table snapshot={data} />
  if (error instanceof PhoneError && (error.status === 401 || error.status === 403))
    return <KeyGate isRefused enter={enter} />
  return (
    <div className={style.page}>
      <header className={style.head}>
        <h1>Phones</h1>
        {error && (
          <p role="alert">
            {error.message}{' '}
            <button type="button" className={style.again} onClick={() => void refetch()}>
              Try again
            </button>{' '}
            <button type="button" className={style.again} onClick={forget}>
              Another key
            </button>
          </p>
        )}
      </header>
    </div>
  )
}

const Table = ({ snapshot: { channels, people } }: { snapshot: Snapshot }) => {
  const [chosen, setChosen] = useState(0)
  const channel = channels[chosen] ?? channels[0]
  const { shown, toggle } = useShown(people)
  if (!channel) return <Nothing />
  return (
    <div className={style.page}>
      <header className={style.head}>
        <Places />
        <div>
          <h1>Phones</h1>
          <p>What you type here reaches the inbox as it would from WhatsApp itself.</p>
        </div>
        {channels.length > 1 && <Channels channels={channels} chosen={chosen} choose={setChosen} />}
        <FaultBar channel={channel} />
      </header>
      <div className={style.table}>
        <People people={people} shown={shown} toggle={toggle} />
        <ul className={style.phones}>
          {shown.map((waId) => {
            const person = people.find((one) => one.waId === waId)
            return person && <Handset key={waId} person={person} channel={channel} />
          })}
        </ul>
      </div>
    </div>
  )
}

/** Which phones lie on the table: kept in the address, at first those of the newest chats; one at a time where it is narrow. */
function useShown(people: Person[]) {
  const isNarrow = useMediaQuery('(max-width: 1000px)', matchMedia('(max-width: 1000px)').matches)
  const { show } = useSearch({ from: '/shell/phone' })
  const navigate = useNavigate()
  const [first] = useState(() => people.slice(0, 3).map((person) => person.waId))
  const wanted = show === undefined ? first : show.split(',').filter((waId) => waId !== '')
  const shown = isNarrow ? wanted.slice(-1) : wanted
  const toggle = (waId: string) => {
    const rest = wanted.filter((one) => one !== waId)
    const next = wanted.includes(waId) && !isNarrow ? rest : [...rest, waId]
    void navigate({ to: '/phone', search: { show: next.join(',') }, replace: true })
  }
  return { shown, toggle }
}

interface ChannelsProps {
  channels: Channel[]
  chosen: number
  choose: (index: number) => void
}

const Channels = ({ channels, chosen, choose }: ChannelsProps) => (
  <label className={style.channels}>
    They write to
    <select value={chosen} onChange={(event) => choose(Number(event.target.value))}>
      {channels.map((one, index) => (
        <option key={one.channelId} value={index}>
          {one.name}, {one.phoneNumber}
        </option>
      ))}
    </select>
  </label>
)

const Nothing = () => (
  <div className={style.page}>
    <header className={style.head}>
      <Places />
      <h1>Phones</h1>
      <p>No WhatsApp number of this server is simulated. Add one with “simulate” on, and its people appear here.</p>
    </header>
  </div>
)
