import { useState, type FormEvent } from 'react'
import type { ApiKeyLine, MadeApiKey, PermissionLine } from '../../client/access.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { access } from '../live/keeping.ts'
import { useDoing } from '../live/use-doing.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useTitle } from '../shell/use-title.ts'
import { Choices } from './choices.tsx'
import style from './settings.module.css'
import { useAccessRenewed, useKeys, usePermissions } from './use-access.ts'

const dayMs = 86_400_000
/** The old secret goes on for so long after a rotation. */
const graceHours = 24

/** Keys for other programs: make one, give it a new secret, revoke it. */
export const KeysPage = () => {
  const { data, error, refetch } = useKeys()
  const [made, setMade] = useState<MadeApiKey | null>(null)
  const permissions = usePermissions().data?.items ?? []
  useTitle('API keys')
  return (
    <div className={page.page}>
      <header>
        <h1>API keys</h1>
        <p className={page.none}>
          A key lets another program of yours in: it does what you tick for it, and nothing else. It stays when you go.
        </p>
      </header>
      {error && !data && <Trouble error={error} what="The keys cannot be read." again={() => void refetch()} />}
      {made && (
        <ShownOnce says={`The secret of ${made.key.name}`} value={made.secret}>
          This is the secret of <bdi>{made.key.name}</bdi>. It is not shown again: copy it now, and keep it where only
          that program reads it.
        </ShownOnce>
      )}
      {data?.items.length === 0 && <p className={page.none}>There is none yet.</p>}
      <ul className={style.rows} aria-label="API keys">
        {data?.items.map((one) => (
          <Key key={one.id} line={one} permissions={permissions} made={setMade} />
        ))}
      </ul>
      <New permissions={permissions} made={setMade} />
    </div>
  )
}

interface KeyProps {
  line: ApiKeyLine
  permissions: PermissionLine[]
  made: (made: MadeApiKey | null) => void
}

const Key = ({ line, permissions, made }: KeyProps) => {
  const { id, name, begins, scopes, createdBy, createdAt, lastUsedAt, expiresAt } = line
  const times = timesIn(useSession().workspace.timezone)
  const { nameOf } = useMembers()
  const [isLeaving, setLeaving] = useState(false)
  const renewed = useAccessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const wordsOf = (scope: string) => permissions.find((one) => one.name === scope)?.words ?? scope
  const rotate = () =>
    void doing.do(async () => {
      made(await access.rotateKey(id, graceHours))
      await renewed.keys()
    })
  const revoke = () => void doing.do(() => access.revokeKey(id).then(renewed.keys))
  return (
    <li>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        <small className="figures">
          {begins}…, by {nameOf(createdBy)} on {times.date(createdAt)},{' '}
          {lastUsedAt === null ? 'never used' : `last used ${times.full(lastUsedAt)}`}
          {expiresAt !== null && `, until ${times.full(expiresAt)}`}
        </small>
        <Standing line={line} />
        <details className={style.what}>
          <summary>{scopes.length === 1 ? 'May do one thing' : `May do ${scopes.length} things`}</summary>
          <ul>
            {scopes.map((scope) => (
              <li key={scope}>{wordsOf(scope)}</li>
            ))}
          </ul>
        </details>
      </span>
      {isLeaving ? (
        <>
          <Button tone="urgent" disabled={isBusy} onClick={revoke}>
            Revoke {name}
          </Button>
          <Button tone="quiet" onClick={() => setLeaving(false)}>
            Leave it
          </Button>
        </>
      ) : (
        <>
          <Button aria-label={`New secret: ${name}`} disabled={isBusy} onClick={rotate}>
            New secret
          </Button>
          <Button tone="quiet" aria-label={`Revoke: ${name}`} onClick={() => setLeaving(true)}>
            Revoke
          </Button>
        </>
      )}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}

const Standing = ({ line: { formerUntil, perMinute } }: { line: ApiKeyLine }) => {
  const times = timesIn(useSession().workspace.timezone)
  const isTwo = formerUntil !== null && Date.parse(formerUntil) > Date.now()
  return (
    <>
      {isTwo && <small>The secret before goes on until {times.full(formerUntil)}.</small>}
      {perMinute !== null && <small>At most {perMinute.toLocaleString('en')} requests a minute.</small>}
    </>
  )
}

const lasts = [
  { says: 'Until it is revoked', days: 0 },
  { says: '30 days', days: 30 },
  { says: '90 days', days: 90 },
  { says: 'A year', days: 365 },
]

const New = ({ permissions, made }: Omit<KeyProps, 'line'>) => {
  const own = useSession().permissions
  // A key can do at most what its maker may do.
  const scopes = permissions.filter(({ name, isScope }) => isScope && (own?.includes(name) ?? true))
  const [name, setName] = useState('')
  const [days, setDays] = useState(0)
  const [perMinute, setPerMinute] = useState('')
  const [chosen, setChosen] = useState<readonly string[]>([])
  const renewed = useAccessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      const more = {
        ...(days > 0 && { expiresAt: new Date(Date.now() + days * dayMs).toISOString() }),
        ...(perMinute !== '' && { perMinute: Number(perMinute) }),
      }
      made(await access.makeKey({ name: name.trim(), scopes: [...chosen], ...more }))
      setName('')
      setChosen([])
      await renewed.keys()
    })
  }
  return (
    <section aria-labelledby="new-key">
      <h2 id="new-key">Make a key</h2>
      <form className={style.form} onSubmit={submit} data-wide>
        <label>
          Name
          <input required dir="auto" maxLength={120} value={name} onChange={({ target }) => setName(target.value)} />
        </label>
        <label>
          How long it is good
          <select value={days} onChange={({ target }) => setDays(Number(target.value))}>
            {lasts.map((one) => (
              <option key={one.days} value={one.days}>
                {one.says}
              </option>
            ))}
          </select>
        </label>
        <label>
          Requests a minute, if not as many as a member
          <input
            type="number"
            inputMode="numeric"
            min={1}
            max={100_000}
            value={perMinute}
            onChange={({ target }) => setPerMinute(target.value)}
          />
        </label>
        <Choices says="What it may do" all={scopes} chosen={chosen} choose={setChosen} />
        {failed && <Trouble error={failed} what="No key was made." />}
        <Button tone="main" type="submit" disabled={isBusy || chosen.length === 0}>
          Make the key
        </Button>
      </form>
    </section>
  )
}
