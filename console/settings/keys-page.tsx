import { useState } from 'react'
import type { ApiKeyLine, MadeApiKey, PermissionLine } from '../../client/access.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { access } from '../live/access.ts'
import { useDoing } from '../live/use-doing.ts'
import { useMembers, useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { ChoiceField, Field } from '../parts/fields.tsx'
import page from '../parts/page.module.css'
import { ShownOnce } from '../parts/shown-once.tsx'
import { useTitle } from '../shell/use-title.ts'
import { Form } from './form.tsx'
import { Listed } from './listed.tsx'
import { PermissionChoices, Permitted, Presets } from './permission-choices.tsx'
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
      {made && (
        <ShownOnce says={`The secret of ${made.key.name}`} value={made.secret}>
          This is the secret of <bdi>{made.key.name}</bdi>. It is not shown again: copy it now, and keep it where only
          that program reads it.
        </ShownOnce>
      )}
      <Listed
        says="API keys"
        items={data?.items}
        error={error}
        again={refetch}
        unread="The keys cannot be read."
        none="There is none yet."
      >
        {(one) => <Key key={one.id} line={one} permissions={permissions} made={setMade} />}
      </Listed>
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
          <Permitted all={permissions} chosen={scopes} />
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
  ['0', 'Until it is revoked'],
  ['30', '30 days'],
  ['90', '90 days'],
  ['365', 'A year'],
] as const

const New = ({ permissions, made }: Omit<KeyProps, 'line'>) => {
  const own = useSession().permissions
  // A key can do at most what its maker may do.
  const scopes = permissions.filter(({ name, isScope }) => isScope && (own?.includes(name) ?? true))
  const [name, setName] = useState('')
  const [days, setDays] = useState<(typeof lasts)[number][0]>('0')
  const [perMinute, setPerMinute] = useState('')
  const [chosen, setChosen] = useState<string[]>([])
  const renewed = useAccessRenewed()
  const submit = async () => {
    const more = {
      ...(days !== '0' && { expiresAt: new Date(Date.now() + Number(days) * dayMs).toISOString() }),
      ...(perMinute !== '' && { perMinute: Number(perMinute) }),
    }
    made(await access.makeKey({ name: name.trim(), scopes: [...chosen], ...more }))
    setName('')
    setChosen([])
    await renewed.keys()
  }
  return (
    <section aria-labelledby="new-key">
      <h2 id="new-key">Make a key</h2>
      <Form says="Make the key" submit={submit} what="No key was made." isWhole={chosen.length > 0} isWide>
        <Field says="Name" required dir="auto" maxLength={120} value={name} change={setName} />
        <ChoiceField says="How long it is good" value={days} options={lasts} change={setDays} />
        <Field
          says="Requests a minute, if not as many as a member"
          type="number"
          inputMode="numeric"
          min={1}
          max={100_000}
          value={perMinute}
          change={setPerMinute}
        />
        <h3>What it may do</h3>
        {scopes.length > 0 && <Presets all={scopes} choose={setChosen} />}
        <PermissionChoices all={scopes} chosen={chosen} choose={setChosen} />
      </Form>
    </section>
  )
}
