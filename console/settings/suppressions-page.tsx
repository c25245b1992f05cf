import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { LiftReason, SuppressedOn, Suppression } from '../../client/people-settings.ts'
import { channelWords } from '../../kernel/channel-words.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { peopleSettings } from '../live/people-settings.ts'
import { useDoing } from '../live/use-doing.ts'
import { mayIn, useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './settings.module.css'
import { ChannelChoice, LookUp, why } from './suppression-look-up.tsx'
import tool from './tools.module.css'
import { useNamedRenewed, useSuppressions } from './use-people-settings.ts'

/** Only they themselves can end it: by START, or on the page that a letter leads to. */
const isTheirs = ({ reason }: Suppression) => reason === 'stop' || reason === 'complaint' || reason === 'erased'

const liftReasons: Record<LiftReason, string> = {
  asked: 'They asked for it',
  mistake: 'It was a mistake',
  new_owner: 'Somebody else has the address now',
  mended: 'The address works again',
}

/** Addresses that get nothing more, whoever has them. */
export const SuppressionsPage = () => {
  const found = useSuppressions()
  const items = found.pages?.flatMap((one) => one.items) ?? []
  const may = mayIn(useSession(), 'people.write')
  useTitle('Nothing goes to')
  return (
    <div className={page.page}>
      <h1>Nothing goes to</h1>
      <p>
        Addresses that get nothing more, on whatever list they stand. They are kept as codes that nobody can read back,
        so that they outlive the people.
      </p>
      {found.error && <Trouble error={found.error} what="The list cannot be read." again={found.again} />}
      {found.pages && items.length === 0 && <p className={page.none}>Nobody: everybody may be written to.</p>}
      {items.length > 0 && (
        <ul className={style.rows} aria-label="Addresses to which nothing goes">
          {items.map((one) => (
            <One key={one.id} one={one} may={may} />
          ))}
        </ul>
      )}
      {found.hasNextPage && (
        <button type="button" className={page.more} disabled={found.isFetchingNextPage} onClick={found.more}>
          Show more
        </button>
      )}
      <LookUp />
      {may && <Add />}
    </div>
  )
}

const One = ({ one, may }: { one: Suppression; may: boolean }) => {
  const { id, channel, reason, userId, by, at } = one
  const [isOpen, setOpen] = useState(false)
  const times = timesIn(useSession().workspace.timezone)
  const { me, members } = useMembers()
  const who = [me, ...members].find((member) => member.id === by)
  const says = `${channelWords[channel]}, since ${times.full(at)}`
  return (
    <li>
      <span>
        <b>{why[reason]}</b>
        <small>
          {says}
          {who && (
            <>
              , by <bdi>{who.name}</bdi>
            </>
          )}
        </small>
      </span>
      {userId !== null && (
        <Link to="/person/$userId" params={{ userId }} search={{ tab: 'consents' }} aria-label={`Whose it is: ${says}`}>
          Whose it is
        </Link>
      )}
      {isTheirs(one) && <small>only they can end this</small>}
      {may && !isTheirs(one) && (
        <Button
          tone="quiet"
          aria-label={`Let in again: ${says}`}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          Let in again
        </Button>
      )}
      {isOpen && <Lift id={id} />}
    </li>
  )
}

const Lift = ({ id }: { id: string }) => {
  const [reason, setReason] = useState<LiftReason>('asked')
  const renewed = useNamedRenewed('suppressions')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => peopleSettings.lift(id, reason).finally(renewed))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <label>
        Why; the audit keeps it
        <select value={reason} onChange={({ target }) => setReason(target.value as LiftReason)}>
          {Object.entries(liftReasons).map(([one, says]) => (
            <option key={one} value={one}>
              {says}
            </option>
          ))}
        </select>
      </label>
      {failed && <Trouble error={failed} what="Nothing goes there still." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        Let it in again
      </Button>
    </form>
  )
}

const addressesMax = 1_000

const Add = () => {
  const [channel, setChannel] = useState<SuppressedOn>('email')
  const [text, setText] = useState('')
  const [done, setDone] = useState<{ added: number; known: number }>()
  const renewed = useNamedRenewed('suppressions')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const addresses = text.split(/[\n,;]/).map((one) => one.trim())
    const places = [...new Set(addresses)].filter((one) => one !== '').map((address) => ({ channel, address }))
    void doing.do(async () => {
      setDone(await peopleSettings.suppress(places.slice(0, addressesMax)))
      setText('')
      await renewed()
    })
  }
  return (
    <section aria-labelledby="new-suppression">
      <h2 id="new-suppression">Take addresses out</h2>
      <form className={style.form} onSubmit={submit}>
        <label>
          Channel
          <ChannelChoice channel={channel} choose={setChannel} />
        </label>
        <label>
          Addresses, one on each line
          <textarea
            required
            rows={4}
            className={tool.text}
            placeholder={channel === 'email' ? 'anna@example.com' : '+49 151 23456781'}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        </label>
        {failed && <Trouble error={failed} what="None of them was taken out." />}
        {done && (
          <p role="status">
            {done.added === 1 ? 'One address' : `${String(done.added)} addresses`}; people here have{' '}
            {done.known === 1 ? 'one' : String(done.known)} of them.
          </p>
        )}
        <Button tone="main" type="submit" disabled={isBusy}>
          Nothing goes there any more
        </Button>
      </form>
    </section>
  )
}
