import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import type { CodeOnItsWay, CodeWay, OwnPhone } from '../../client/phones.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { phones } from '../live/own.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { asking, useCodeWays, useSecondsTo, WayChoice } from '../parts/code-sent.tsx'
import { CodeField, PhoneField } from '../parts/fields.tsx'
import { PlayedTexts } from '../parts/played.tsx'
import { useProven } from './security/proving.tsx'
import own from './security/security.module.css'
import style from './settings.module.css'

const phonesQuery = queryOptions({ queryKey: ['account', 'phones'], queryFn: () => phones.own(), staleTime: 0 })

/** The numbers by which somebody signs in. Nothing where no code can be sent. */
export const PhonesSection = () => {
  const ways = useCodeWays()
  const { data, error, refetch } = useQuery(phonesQuery)
  const cache = useQueryClient()
  const { failed, isBusy, run, proof } = useProven()
  const renew = () => cache.invalidateQueries({ queryKey: phonesQuery.queryKey })
  const items = data?.items ?? []
  const remove = ({ id }: OwnPhone) => void run(() => phones.remove(id).then(renew))
  if (ways.length === 0 && items.length === 0) return null
  return (
    <section aria-labelledby="phones">
      <h2 id="phones">Phone numbers</h2>
      <p className={own.says}>You can sign in by a code to a number that you have proven to be yours.</p>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {items.length > 0 && (
        <ul className={style.rows}>
          {items.map((phone) => (
            <OnePhone key={phone.id} phone={phone} isBusy={isBusy} remove={() => remove(phone)} />
          ))}
        </ul>
      )}
      {proof}
      {failed && <Trouble error={failed} what="The number stays." />}
      {ways.length > 0 && <Add ways={ways} added={renew} />}
    </section>
  )
}

const OnePhone = ({ phone, isBusy, remove }: { phone: OwnPhone; isBusy: boolean; remove: () => void }) => {
  const times = timesIn(useSession().workspace.timezone)
  return (
    <li>
      <span>
        <b className="figures">
          <bdi>{phone.number}</bdi>
        </b>
        <small>since {times.full(phone.verifiedAt)}</small>
      </span>
      <Button aria-label={`Remove: ${phone.number}`} disabled={isBusy} onClick={remove}>
        Remove
      </Button>
    </li>
  )
}

const Add = ({ ways, added }: { ways: readonly CodeWay[]; added: () => Promise<void> }) => {
  const [phone, setPhone] = useState('')
  const [chosen, choose] = useState<CodeWay | null>(null)
  const [sent, setSent] = useState<CodeOnItsWay | null>(null)
  const { failed, isBusy, run, proof } = useProven()
  const way = chosen ?? ways[0] ?? 'sms'
  const ask = () => run(async () => setSent(await phones.add(asking(phone, way))))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void ask()
  }
  const done = async () => {
    setPhone('')
    setSent(null)
    await added()
  }
  if (sent)
    return (
      <>
        <Prove
          phone={phone}
          sent={sent}
          isBusy={isBusy}
          again={() => void ask()}
          done={done}
          back={() => setSent(null)}
        />
        {proof}
        {failed && <Trouble error={failed} what="No other code was sent." />}
      </>
    )
  return (
    <>
      <form className={style.form} onSubmit={submit}>
        <PhoneField value={phone} change={setPhone} />
        <WayChoice ways={ways} way={way} choose={choose} />
        {failed && <Trouble error={failed} what="No code was sent." />}
        <Button type="submit" disabled={isBusy}>
          Add a number
        </Button>
      </form>
      {proof}
    </>
  )
}

interface ProveProps {
  phone: string
  sent: CodeOnItsWay
  isBusy: boolean
  again: () => void
  done: () => Promise<void>
  back: () => void
}

const Prove = ({ phone, sent, isBusy, again, done, back }: ProveProps) => {
  const [code, setCode] = useState('')
  const { failed, ...doing } = useDoing()
  const seconds = useSecondsTo(sent)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => phones.verify(phone, code).then(done))
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <p role="status">
        A code is on its way to <bdi>{phone}</bdi>.
      </p>
      <PlayedTexts />
      <CodeField value={code} change={setCode} />
      {failed && <Trouble error={failed} what="The number is not added." />}
      <div className={own.buttons}>
        <Button tone="main" type="submit" disabled={doing.isBusy}>
          It is mine
        </Button>
        <Button disabled={isBusy || seconds > 0} onClick={again}>
          {seconds > 0 ? `Another code in ${seconds} s` : 'Send another code'}
        </Button>
        <Button tone="quiet" onClick={back}>
          Another number
        </Button>
      </div>
    </form>
  )
}
