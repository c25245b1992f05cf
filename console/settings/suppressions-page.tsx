import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { LiftReason, SuppressedOn, Suppression } from '../../client/people-settings.ts'
import { channelWords } from '../../kernel/channel-words.ts'
import { timesIn } from '../inbox/times.ts'
import { peopleSettings } from '../live/people-settings.ts'
import { mayIn, useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { ChoiceField, WordsField } from '../parts/fields.tsx'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import { Listed } from './listed.tsx'
import { ChannelField, LookUp, why } from './suppression-look-up.tsx'
import { useNamedRenewed, useSuppressions } from './use-people-settings.ts'

/** Only they themselves can end it: by START, or on the page that a letter leads to. */
const isTheirs = ({ reason }: Suppression) => reason === 'stop' || reason === 'complaint' || reason === 'erased'

const liftReasons = [
  ['asked', 'They asked for it'],
  ['mistake', 'It was a mistake'],
  ['new_owner', 'Somebody else has the address now'],
  ['mended', 'The address works again'],
] as const

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
      <Listed
        says="Addresses to which nothing goes"
        items={found.pages && items}
        error={found.error}
        again={found.again}
        unread="The list cannot be read."
        none="Nobody: everybody may be written to."
      >
        {(one) => <One key={one.id} one={one} may={may} />}
      </Listed>
      <More found={found} />
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
  return (
    <Form
      says="Let it in again"
      submit={() => peopleSettings.lift(id, reason).finally(renewed)}
      what="Nothing goes there still."
    >
      <ChoiceField says="Why; the audit keeps it" value={reason} options={liftReasons} change={setReason} />
    </Form>
  )
}

const addressesMax = 1_000

const Add = () => {
  const [channel, setChannel] = useState<SuppressedOn>('email')
  const [text, setText] = useState('')
  const [done, setDone] = useState<{ added: number; known: number }>()
  const renewed = useNamedRenewed('suppressions')
  const submit = async () => {
    const addresses = text.split(/[\n,;]/).map((one) => one.trim())
    const places = [...new Set(addresses)].filter((one) => one !== '').map((address) => ({ channel, address }))
    setDone(await peopleSettings.suppress(places.slice(0, addressesMax)))
    setText('')
    await renewed()
  }
  return (
    <section aria-labelledby="new-suppression">
      <h2 id="new-suppression">Take addresses out</h2>
      <Form says="Nothing goes there any more" submit={submit} what="None of them was taken out.">
        <ChannelField says="Channel" channel={channel} choose={setChannel} />
        <WordsField
          says="Addresses, one on each line"
          required
          placeholder={channel === 'email' ? 'anna@example.com' : '+49 151 23456781'}
          value={text}
          change={setText}
        />
        {done && (
          <p role="status">
            {done.added === 1 ? 'One address' : `${String(done.added)} addresses`}; people here have{' '}
            {done.known === 1 ? 'one' : String(done.known)} of them.
          </p>
        )}
      </Form>
    </section>
  )
}
