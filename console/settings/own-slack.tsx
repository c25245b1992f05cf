import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import type { OwnSlack } from '../../client/slack.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { slack } from '../live/slack.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { useProven } from './security/proving.tsx'
import own from './security/security.module.css'
import style from './settings.module.css'

const ownQuery = queryOptions({ queryKey: ['account', 'slack'], queryFn: () => slack.own.state(), staleTime: 0 })

/** Which Slack user I am. Nothing where the business has no Slack. */
export const SlackSection = () => {
  const { data, error, refetch } = useQuery(ownQuery)
  if (error && !data) return <Trouble error={error} what="Slack cannot be read." again={() => void refetch()} />
  if (!data || data.team === null) return null
  return (
    <section aria-labelledby="own-slack">
      <h2 id="own-slack">Slack</h2>
      <p className={own.says}>{saysOf(data)}</p>
      {data.link && (
        <ul className={style.rows}>
          <Linked link={data.link} team={data.team} />
        </ul>
      )}
    </section>
  )
}

/** Asked before everything else of whoever comes from Slack. */
export const SlackOffer = () => {
  const { slack: token } = useSearch({ from: '/shell/staff/settings/account' })
  return token === undefined ? null : <Offered token={token} />
}

const saysOf = ({ team, link }: OwnSlack) =>
  link === null
    ? `In ${team ?? 'Slack'} you act as yourself where your address there is the one here. Otherwise press “Link my account” there: under a test message, or where a button did nothing for you.`
    : `By the buttons of ${team ?? 'Slack'} this user takes, answers and resolves as you.`

const Linked = ({
  link: { userName, linkedAt },
  team,
}: {
  link: NonNullable<OwnSlack['link']>
  team: string | null
}) => {
  const times = timesIn(useSession().workspace.timezone)
  const cache = useQueryClient()
  const { failed, isBusy, ...doing } = useDoing()
  const unlink = () =>
    void doing.do(() => slack.own.unlink().then(() => cache.invalidateQueries({ queryKey: ownQuery.queryKey })))
  return (
    <li>
      <span>
        <b>
          <bdi>{userName}</bdi>
        </b>
        <small>
          <bdi>{team}</bdi>, linked {times.full(linkedAt)}
        </small>
      </span>
      <Button disabled={isBusy} onClick={unlink}>
        Unlink Slack
      </Button>
      {failed && <Trouble error={failed} what="It stays linked." />}
    </li>
  )
}

/** Where the browser comes from Slack: whom it would make me. */
const Offered = ({ token }: { token: string }) => {
  const navigate = useNavigate()
  const cache = useQueryClient()
  const { failed, isBusy, run, proof } = useProven()
  const { data, error } = useQuery({
    queryKey: ['account', 'slack', 'offer', token],
    queryFn: () => slack.own.look(token),
    retry: false,
    staleTime: Infinity,
  })
  const done = () => void navigate({ to: '/settings/account', search: {}, replace: true })
  const link = () =>
    run(async () => {
      cache.setQueryData(ownQuery.queryKey, await slack.own.link(token))
      done()
    })
  return (
    <div className={own.proof} role="group" aria-label="Link a Slack user">
      {error && <Trouble error={error} what="Nothing was linked." />}
      {data && (
        <p>
          <b>
            Are you <bdi>{data.userName}</bdi> of <bdi>{data.team}</bdi>?
          </b>{' '}
          Whoever uses this Slack account then takes, answers and resolves as you. Say yes only if you pressed the
          button in Slack yourself.
        </p>
      )}
      {proof}
      {failed && <Trouble error={failed} what="Nothing was linked." />}
      <div className={own.buttons}>
        {data && (
          <Button tone="main" disabled={isBusy} onClick={link}>
            Yes, link it
          </Button>
        )}
        <Button tone="quiet" onClick={done}>
          {data ? 'No' : 'Go on'}
        </Button>
      </div>
    </div>
  )
}
