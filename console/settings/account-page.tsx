import { useState, type FormEvent } from 'react'
import type { SignIn } from '../../client/people.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api, moveTo } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useTitle } from '../shell/use-title.ts'
import { PasswordField } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { ConsentSection } from './consent.tsx'
import { EmailSection } from './email.tsx'
import { SlackOffer, SlackSection } from './own-slack.tsx'
import { PhonesSection } from './phones.tsx'
import { deviceName } from './device.ts'
import { SecuritySection } from './security/security-section.tsx'
import style from './settings.module.css'
import { useRenewed, useSignIns, useWorkspaces } from './use-people.ts'

/** What somebody sees and sets of their own account, in whichever workspace they are. */
export const AccountPage = () => {
  const { user } = useSession()
  useTitle('My account')
  return (
    <div className={page.page}>
      <header>
        <h1>{user.name}</h1>
        <p className={page.none}>{user.email}</p>
      </header>
      <SlackOffer />
      <Workspaces />
      <SignIns />
      <ConsentSection />
      <SecuritySection />
      <EmailSection />
      <PhonesSection />
      <SlackSection />
      <Password />
    </div>
  )
}

const SignIns = () => {
  const { data, error, refetch } = useSignIns()
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const items = data?.items ?? []
  const end = (work: () => Promise<unknown>) => void doing.do(() => work().then(renewed.signIns))
  return (
    <section aria-labelledby="sign-ins">
      <h2 id="sign-ins">Where I am signed in</h2>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      <ul className={style.rows}>
        {items.map((one) => (
          <OneSignIn key={one.id} signIn={one} isBusy={isBusy} end={() => end(() => api.account.endSignIn(one.id))} />
        ))}
      </ul>
      {failed && <Trouble error={failed} what="It goes on." />}
      {items.length > 1 && (
        <Button className={style.own} disabled={isBusy} onClick={() => end(() => api.account.endOthers())}>
          Sign out everywhere else
        </Button>
      )}
    </section>
  )
}

const OneSignIn = ({ signIn, isBusy, end }: { signIn: SignIn; isBusy: boolean; end: () => void }) => {
  const { createdAt, seenAt, ip, userAgent, isCurrent } = signIn
  const times = timesIn(useSession().workspace.timezone)
  const device = deviceName(userAgent)
  return (
    <li>
      <span>
        <b>{device}</b>
        {isCurrent && <em>this one</em>}
        <small className="figures">
          {ip !== null && `${ip}, `}since {times.full(createdAt)}, last used about {times.full(seenAt)}
        </small>
      </span>
      {!isCurrent && (
        <Button aria-label={`Sign out: ${device}`} disabled={isBusy} onClick={end}>
          Sign out
        </Button>
      )}
    </li>
  )
}

const Password = () => {
  const [current, setCurrent] = useState('')
  const [password, setPassword] = useState('')
  const [isDone, setDone] = useState(false)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setDone(false)
    if (!(await doing.do(() => api.account.changePassword(current, password)))) return
    setCurrent('')
    setPassword('')
    setDone(true)
    await renewed.signIns()
  }
  return (
    <section aria-labelledby="password">
      <h2 id="password">Password</h2>
      <form className={style.form} onSubmit={(event) => void submit(event)}>
        <input type="text" hidden readOnly autoComplete="username" value={useSession().user.email ?? ''} />
        <PasswordField says="Current password" value={current} change={setCurrent} />
        <PasswordField isNew says="New password" value={password} change={setPassword} />
        {failed && <Trouble error={failed} what="The password stays as it was." />}
        <Button tone="main" type="submit" disabled={isBusy}>
          Change it
        </Button>
        <p role="status">{isDone && 'Changed. You are signed out everywhere else.'}</p>
      </form>
    </section>
  )
}

/** Nothing for the many who work for one business only. */
const Workspaces = () => {
  const items = useWorkspaces().data?.items ?? []
  const { failed, isBusy, ...doing } = useDoing()
  if (items.length < 2) return null
  const go = (id: string) => void doing.do(() => moveTo(id, '/inbox'))
  return (
    <section aria-labelledby="workspaces">
      <h2 id="workspaces">My workspaces</h2>
      <ul className={style.rows}>
        {items.map(({ id, name, role, isHere }) => (
          <li key={id}>
            <span>
              <b>{name}</b>
              {isHere && <em>you are here</em>}
              <small>{role}</small>
            </span>
            {!isHere && (
              <Button aria-label={`Go to ${name}`} disabled={isBusy} onClick={() => go(id)}>
                Go there
              </Button>
            )}
          </li>
        ))}
      </ul>
      {failed && <Trouble error={failed} what="You are still here." />}
    </section>
  )
}
