import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import type { OwnApi, OwnDeviceCard } from '../../client/own.ts'
import { timesIn } from '../inbox/times.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { Button } from '../parts/button.tsx'
import { AppData } from './app-data.tsx'
import style from './app.module.css'
import { forgetConversations } from './offline.ts'

const languages: readonly (readonly [tag: string, says: string])[] = [
  ['en', 'English'],
  ['de', 'Deutsch'],
  ['es', 'Español'],
  ['fr', 'Français'],
  ['pt', 'Português'],
  ['it', 'Italiano'],
  ['nl', 'Nederlands'],
  ['hi', 'हिन्दी'],
  ['ar', 'العربية'],
]

const aboutMe = (name: string, api: OwnApi) =>
  queryOptions({
    queryKey: ['own-account', name],
    queryFn: async () => ({ me: await api.me(), devices: (await api.devices.list()).items }),
    staleTime: 0,
  })

interface Props {
  name: string
  api: OwnApi
  back: () => void
  signedOut: () => void
}

/** Their language, what comes to them and is kept of them, and where they are signed in. */
export const AppAccount = ({ name, api, back, signedOut }: Props) => {
  const cache = useQueryClient()
  const about = aboutMe(name, api)
  const { data } = useQuery(about)
  const { failed, isBusy, ...doing } = useDoing()
  const again = () => cache.invalidateQueries(about)
  const leave = (work: () => Promise<unknown>) =>
    void doing.do(() =>
      work()
        .then(() => forgetConversations(name))
        .then(signedOut),
    )
  return (
    <section className={style.account} aria-label={`My account on phone ${name}`}>
      <h2>{data?.me.name ?? 'My account'}</h2>
      <label>
        Language
        <select
          value={data?.me.locale ?? ''}
          disabled={!data || isBusy}
          onChange={({ target }) => void doing.do(() => api.change({ locale: target.value || null }).then(again))}
        >
          <option value="">As the business writes</option>
          {languages.map(([tag, says]) => (
            <option key={tag} value={tag}>
              {says}
            </option>
          ))}
        </select>
      </label>
      <AppData name={name} api={api} business={api.session()?.workspace.name ?? ''} />
      <h3>Signed in</h3>
      <Devices
        devices={data?.devices ?? []}
        isBusy={isBusy}
        end={(id) => void doing.do(() => api.devices.end(id).then(again))}
      />
      {failed && (
        <p role="alert" className={style.wrong}>
          {failed.message}
        </p>
      )}
      <Button onClick={() => leave(() => api.signOut())}>Sign out</Button>
      <Button tone="quiet" onClick={() => leave(() => api.devices.endAll().then(() => api.signOut()))}>
        Sign out everywhere
      </Button>
      <Button tone="quiet" onClick={back}>
        Back to the conversation
      </Button>
    </section>
  )
}

interface DevicesProps {
  devices: readonly OwnDeviceCard[]
  isBusy: boolean
  end: (id: string) => void
}

const Devices = ({ devices, isBusy, end }: DevicesProps) => (
  <ul>
    {devices.map(({ id, device, seenAt, isCurrent }) => (
      <li key={id}>
        <span>
          <b>{device.name || 'A device'}</b>
          {isCurrent ? <small>this one</small> : <Ago at={seenAt} />}
        </span>
        {!isCurrent && (
          <Button
            tone="quiet"
            disabled={isBusy}
            aria-label={`Sign out ${device.name || 'a device'}`}
            onClick={() => end(id)}
          >
            Sign out
          </Button>
        )}
      </li>
    ))}
  </ul>
)

const Ago = ({ at }: { at: string }) => {
  const now = useNow(30_000)
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  return <small className="figures">{times.ago(Date.parse(at), now)}</small>
}
