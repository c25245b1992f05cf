import { IconClock, IconPencil, IconX } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { lazy, Suspense, useState, type FormEvent } from 'react'
import type { Header, Profile } from '../../client/wire.ts'
import { api } from '../live/careline.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { useSession } from '../live/use-session.ts'
import { useStream } from '../live/use-stream.ts'
import { Button, IconButton } from '../parts/button.tsx'
import { onceOnline } from '../parts/once-online.ts'
import { Avatar } from './avatar.tsx'
import { ChannelGlyph } from './channel-glyph.tsx'
import { TagWord } from '../parts/tag-word.tsx'
import style from './person-pane.module.css'
import { timesIn } from './times.ts'
import { Trouble } from './trouble.tsx'

const Remarks = lazy(() => onceOnline(() => import('../parts/remarks.tsx')).then((part) => ({ default: part.Remarks })))

const stages = { lead: 'Lead', engaged: 'In conversation', booked: 'Booked', customer: 'Client', lost: 'Lost' }
const kinds = { wa_id: 'WhatsApp', wa_bsuid: 'WhatsApp', phone: 'Phone', email: 'E-mail', app: 'App' }

/** WhatsApp's own name for somebody says something only where they hide their number. */
function addresses({ identities }: Profile) {
  const hasNumber = identities.some(({ kind }) => kind === 'wa_id')
  return identities.filter(({ kind }) => kind !== 'wa_bsuid' || !hasNumber)
}

export const PersonPane = ({ conversation, close }: { conversation: Header; close: () => void }) => {
  const { userId, name } = conversation
  const { data, error, refetch } = useStream(`user:${userId}`)
  const [isEditing, setEditing] = useState(false)
  return (
    <aside className={style.pane} aria-label={`About ${name}`}>
      <IconButton says="Close" className={style.close} onClick={close}>
        <IconX size={18} stroke={1.7} />
      </IconButton>
      <header className={style.head}>
        <Avatar name={name} size={56} />
        {isEditing ? (
          <Rename userId={userId} name={name} done={() => setEditing(false)} />
        ) : (
          <h2>
            <bdi>{name}</bdi>
            <IconButton says={`Change the name of ${name}`} onClick={() => setEditing(true)}>
              <IconPencil size={15} stroke={1.8} />
            </IconButton>
          </h2>
        )}
        <p>
          <bdi className="figures">{conversation.contact}</bdi>
        </p>
        <LocalTime zone={data?.timezone ?? null} />
      </header>
      {error && !data && (
        <Trouble error={error} what="More about this person cannot be read." again={() => void refetch()} />
      )}
      {data && <Facts profile={data} />}
      {data && data.tags.length > 0 && (
        <p className={style.tags} aria-label="Tags">
          {data.tags.map((tag) => (
            <span key={tag}>
              <TagWord label={tag} />
            </span>
          ))}
        </p>
      )}
      <Link to="/person/$userId" params={{ userId }} className={style.all}>
        All about them
      </Link>
      <Suspense>
        <Remarks kind="person" recordId={userId} about={name} />
      </Suspense>
    </aside>
  )
}

/** What time it is where they are: nobody likes to be called at night. */
const LocalTime = ({ zone }: { zone: string | null }) => {
  const now = useNow(30_000)
  if (zone === null) return null
  const place = zone.split('/').at(-1)?.replaceAll('_', ' ')
  return (
    <p className={style.local}>
      <IconClock size={14} stroke={1.8} aria-hidden="true" />
      <span>
        <span className="figures">{timesIn(zone).clock(now)}</span> in <bdi>{place}</bdi>
      </span>
    </p>
  )
}

const Facts = ({ profile }: { profile: Profile }) => {
  const times = timesIn(useSession().workspace.timezone)
  const now = useNow(30_000)
  return (
    <dl className={style.facts}>
      <div>
        <dt>Stage</dt>
        <dd>{stages[profile.stage]}</dd>
      </div>
      <div>
        <dt>First seen</dt>
        <dd>
          <bdi className="figures">{times.date(profile.createdAt)}</bdi>
        </dd>
      </div>
      {profile.lastSeenAt && (
        <div>
          <dt>Last heard</dt>
          <dd title={times.full(profile.lastSeenAt)}>
            <bdi className="figures">
              {times.day(profile.lastSeenAt, now)}, {times.clock(profile.lastSeenAt)}
            </bdi>
          </dd>
        </div>
      )}
      {profile.locale && (
        <div>
          <dt>Language</dt>
          <dd>{languageOf(profile.locale)}</dd>
        </div>
      )}
      {profile.timezone === null && (
        <div>
          <dt>Time zone</dt>
          <dd className={style.dim}>not known</dd>
        </div>
      )}
      {addresses(profile).map(({ kind, value }) => (
        <div key={`${kind} ${value}`}>
          <dt>{kinds[kind]}</dt>
          <dd className={style.reach}>
            {kind.startsWith('wa_') && <ChannelGlyph kind="whatsapp" />}
            <bdi className="figures">{shownAs(kind, value)}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function shownAs(kind: keyof typeof kinds, value: string) {
  if (kind === 'wa_bsuid') return 'hides the number'
  return kind === 'wa_id' ? `+${value}` : value
}

function languageOf(locale: string) {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(locale) ?? locale
  } catch (error) {
    if (error instanceof RangeError) return locale // Not a language that this browser has a name for.
    throw error
  }
}

const Rename = ({ userId, name, done }: { userId: string; name: string; done: () => void }) => {
  const [text, setText] = useState(name)
  const { failed, isBusy, ...doing } = useDoing()
  const save = async (event: FormEvent) => {
    event.preventDefault()
    const next = text.trim()
    const isChange = next !== '' && next !== name
    if (!isChange || (await doing.do(() => api.users.update(userId, { name: next })))) done()
  }
  return (
    <form className={style.rename} onSubmit={(event) => void save(event)}>
      <input
        autoFocus
        dir="auto"
        required
        maxLength={200}
        aria-label="Name"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') done()
        }}
      />
      <span>
        <Button tone="main" type="submit" disabled={isBusy}>
          Save
        </Button>
        <Button tone="quiet" onClick={done}>
          Leave it
        </Button>
      </span>
      {failed && <Trouble error={failed} what="The name did not change." />}
    </form>
  )
}
