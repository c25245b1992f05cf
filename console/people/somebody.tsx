import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import type { PersonLine } from '../../client/lists.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { lists } from '../live/lists.ts'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { Sheet } from '../parts/sheet.tsx'
import style from './somebody.module.css'
import { addressOf } from './words.ts'

const shownMax = 8

interface Asked {
  title: string
  /** What is done with whoever is chosen. */
  verb: string
  chosen(userId: string): Promise<unknown>
  close(): void
}

/** Finds somebody who is known, or enters somebody new by a number or an address. */
export const Somebody = ({ title, verb, chosen, close }: Asked) => {
  const [words, setWords] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const wanted = words.trim()
  const found = useFound(wanted)
  const address = addressIn(wanted)
  const take = (userId: () => Promise<string>) =>
    void doing.do(async () => {
      await chosen(await userId())
      close()
    })
  const isNew = address !== undefined && found.data?.length === 0
  return (
    <Sheet title={title} className={style.sheet} close={close}>
      <label>
        A name, a number or an e-mail address
        <input
          type="search"
          autoFocus
          maxLength={200}
          value={words}
          onChange={({ target }) => setWords(target.value)}
        />
      </label>
      <ul className={style.found} aria-label="Who is known" aria-busy={found.isFetching}>
        {(found.data ?? []).map((one) => (
          <li key={one.userId}>
            <button type="button" disabled={isBusy} onClick={() => take(() => Promise.resolve(one.userId))}>
              <bdi>{one.name || 'Without a name'}</bdi>
              <bdi className="figures">{addressOf(one)}</bdi>
            </button>
          </li>
        ))}
      </ul>
      {isNew && <New address={address} verb={verb} isBusy={isBusy} take={take} />}
      {wanted.length > 1 && !address && found.data?.length === 0 && (
        <p className={style.none}>
          Nobody is known by this. Somebody new needs a number with + and its country, or an e-mail address.
        </p>
      )}
      {(failed ?? found.error) && <Trouble error={(failed ?? found.error)!} what="This did not work." />}
    </Sheet>
  )
}

const New = ({
  address,
  verb,
  isBusy,
  take,
}: {
  address: Address
  verb: string
  isBusy: boolean
  take(userId: () => Promise<string>): void
}) => {
  const nameId = useId()
  const [name, setName] = useState('')
  const enter = async () => (await records.enter({ name: name.trim(), source: 'staff', identities: [address] })).userId
  const submit = (event: FormEvent) => {
    event.preventDefault()
    take(enter)
  }
  return (
    <form className={style.fresh} onSubmit={submit}>
      <p>
        Nobody is known by <bdi className="figures">{address.value}</bdi> yet.
      </p>
      <label htmlFor={nameId}>Their name</label>
      <input id={nameId} maxLength={200} value={name} onChange={({ target }) => setName(target.value)} />
      <Button type="submit" tone="main" disabled={isBusy}>
        {verb}
      </Button>
    </form>
  )
}

/** Who is known by what was typed, once it is more than a letter. */
const useFound = (wanted: string) =>
  useQuery<PersonLine[]>({
    queryKey: ['somebody', wanted],
    queryFn: async () => (await lists.people({ q: wanted, limit: shownMax })).items,
    enabled: wanted.length > 1,
    placeholderData: (before) => (wanted.length > 1 ? before : undefined),
  })

interface Address {
  kind: 'phone' | 'email'
  value: string
}

/** What somebody new would be known by; the server says whether there can be such a number. */
function addressIn(wanted: string): Address | undefined {
  if (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(wanted)) return { kind: 'email', value: wanted }
  const digits = wanted.replace(/[\s().\-/]/g, '')
  return /^\+\d{7,15}$/.test(digits) ? { kind: 'phone', value: digits } : undefined
}
