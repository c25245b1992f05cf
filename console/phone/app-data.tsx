import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { OwnApi, OwnChoice, OwnRequest } from '../../client/own.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { preferencesWords } from '../sign-in/preferences-words.ts'
import style from './app.module.css'

const says = preferencesWords('en')
const ownData = (name: string, api: OwnApi) =>
  queryOptions({
    queryKey: ['own-data', name],
    queryFn: async () => ({ ...(await api.choices()), requests: (await api.requests.list()).items }),
    staleTime: 0,
  })

interface Props {
  name: string
  api: OwnApi
  business: string
}

/** What comes to them, what is kept of them, and what the law lets them ask for. */
export const AppData = ({ name, api, business }: Props) => {
  const cache = useQueryClient()
  const about = ownData(name, api)
  const { data } = useQuery(about)
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().then(() => cache.invalidateQueries(about)))
  const choose = (choice: OwnChoice) =>
    act(async () => {
      const { choices } = await api.choose([choice], says.asks(business))
      cache.setQueryData(about.queryKey, (before) => before && { ...before, choices })
    })
  const asked = data?.requests.find(({ kind, status }) => kind === 'erasure' && status === 'open')
  return (
    <>
      <h3>What may come to me</h3>
      <Choices choices={data?.choices ?? []} isBusy={isBusy} choose={choose} />
      <h3>What is kept of me</h3>
      <TakeAlong name={name} api={api} />
      {asked ? (
        <>
          <p>You asked to be erased. It is due by {new Date(asked.dueAt).toLocaleDateString('en-GB')}.</p>
          <Button tone="quiet" disabled={isBusy} onClick={() => act(() => api.requests.withdraw(asked.id))}>
            I want to stay after all
          </Button>
        </>
      ) : (
        <Button tone="quiet" disabled={isBusy || !data} onClick={() => act(() => api.eraseMe())}>
          Ask to be erased
        </Button>
      )}
      <Answered requests={data?.requests ?? []} />
      {failed && (
        <p role="alert" className={style.wrong}>
          {failed.message}
        </p>
      )}
    </>
  )
}

interface ChoicesProps {
  choices: readonly OwnChoice[]
  isBusy: boolean
  choose: (choice: OwnChoice) => void
}

const placeOf = ({ channel, purpose }: OwnChoice) => `${channel}/${purpose}`

const Choices = ({ choices, isBusy, choose }: ChoicesProps) => {
  // What they have just ticked, while it is on its way.
  const [wanted, setWanted] = useState<OwnChoice | null>(null)
  const isOn = (one: OwnChoice) => (isBusy && wanted && placeOf(wanted) === placeOf(one) ? wanted.isOn : one.isOn)
  return (
    <ul>
      {choices.map((one) => (
        <li key={placeOf(one)}>
          <label className={style.choice}>
            <input
              type="checkbox"
              checked={isOn(one)}
              disabled={isBusy}
              onChange={({ target }) => {
                const choice = { ...one, isOn: target.checked }
                setWanted(choice)
                choose(choice)
              }}
            />
            <span>
              {says.purposes[one.purpose].name} <small>by {says.channels[one.channel]}</small>
            </span>
          </label>
        </li>
      ))}
    </ul>
  )
}

const TakeAlong = ({ name, api }: Pick<Props, 'name' | 'api'>) => {
  const [id, setId] = useState<string | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  const link = useQuery({
    queryKey: ['own-export', name, id],
    queryFn: () => api.exportLink(id ?? ''),
    enabled: id !== null,
    retry: 20,
    retryDelay: 1_000,
  }).data
  if (link)
    return (
      <a href={link.url} download="what-is-kept-of-me.ndjson">
        Download it
      </a>
    )
  return (
    <>
      <Button
        disabled={isBusy || id !== null}
        onClick={() => void doing.do(async () => setId((await api.export()).id))}
      >
        {id === null ? 'Gather what is kept of me' : 'Gathering …'}
      </Button>
      {failed && (
        <p role="alert" className={style.wrong}>
          {failed.message}
        </p>
      )}
    </>
  )
}

const why: Record<NonNullable<OwnRequest['reason']>, string> = {
  kept_by_law: 'The law has the business keep it.',
  not_this_person: 'It is about somebody else.',
  done_before: 'It was done before.',
  misused: 'It is asked too often.',
}

const Answered = ({ requests }: { requests: readonly OwnRequest[] }) => {
  const [last] = requests.filter(({ status, kind }) => kind === 'erasure' && status === 'refused')
  if (!last) return null
  return <p>You asked to be erased, and the business does not do it. {last.reason && why[last.reason]}</p>
}
