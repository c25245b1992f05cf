import { useQueryClient } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { timesIn } from '../inbox/times.ts'
import { useDoing } from '../live/use-doing.ts'
import { useNow } from '../live/use-now.ts'
import { KeptPage, keptQuery } from './kept-page.tsx'
import { Form } from './slack-form.tsx'
import { press, type SlackBlock, type SlackMessage, type SlackTeam, slackTeams } from './slack-api.ts'
import { shown } from './slack-shown.tsx'
import style from './slack.module.css'

const slackQuery = keptQuery('slack-desk', slackTeams)

/** The Slack of the simulation: what the staff hears of there, with buttons that work. */
export const SlackDeskPage = () => (
  <KeptPage
    title="Slack"
    query={slackQuery}
    says="What your team would hear there, with buttons that work; nothing has left this server."
  >
    {(data) => (
      <>
        {data?.length === 0 && (
          <p className={style.none}>
            No Slack of this server is simulated. Press “Simulate Slack” in the{' '}
            <Link to="/settings/slack">settings</Link>.
          </p>
        )}
        {data?.map((team) => (
          <Team key={team.id} team={team} />
        ))}
      </>
    )}
  </KeptPage>
)

const stranger = { name: 'A stranger', email: 'stranger@elsewhere.example' }

const Team = ({ team }: { team: SlackTeam }) => {
  const people = [...team.staff, stranger]
  const [email, setEmail] = useState(people[0]?.email ?? '')
  const who = people.find((one) => one.email === email) ?? stranger
  const cache = useQueryClient()
  const renewed = () => cache.invalidateQueries({ queryKey: slackQuery.queryKey })
  return (
    <section className={style.team} aria-label={team.name}>
      <label className={style.who}>
        Buttons are pressed by
        <select value={who.email} onChange={({ target }) => setEmail(target.value)}>
          {people.map((one) => (
            <option key={one.email} value={one.email}>
              {one.name}
            </option>
          ))}
        </select>
      </label>
      {team.forms
        .filter((form) => form.email === who.email)
        .map((form) => (
          <Form key={`${form.id} ${form.hash}`} teamId={team.id} form={form} changed={renewed} />
        ))}
      <ul className={style.channels}>
        {team.channels.map(({ id, name, messages }) => (
          <li key={id} className={style.channel}>
            <h2>#{name}</h2>
            {messages.length === 0 && <p className={style.quiet}>Nothing was said here.</p>}
            <ol aria-label={`Messages of #${name}`}>
              {messages.map((message) => (
                <Message key={message.ts} message={message} who={who} />
              ))}
            </ol>
          </li>
        ))}
      </ul>
    </section>
  )
}

interface MessageProps {
  message: SlackMessage
  who: { name: string; email: string }
}

const Message = ({ message, who }: MessageProps) => {
  const { text, blocks, onlyFor, isEdited, at } = message
  const cache = useQueryClient()
  const times = timesIn(Intl.DateTimeFormat().resolvedOptions().timeZone)
  const now = useNow(30_000)
  const { failed, isBusy, ...doing } = useDoing()
  const pressed = (actionId: string) =>
    void doing.do(async () => {
      await press(message, actionId, who)
      await cache.invalidateQueries({ queryKey: slackQuery.queryKey })
    })
  return (
    <li data-only={onlyFor === null ? undefined : true}>
      <small>
        <b>Careline</b> <span className="figures">{times.ago(at, now)}</span>
        {isEdited && ' (edited)'}
        {onlyFor !== null && (
          <>
            {' '}
            only <bdi>{onlyFor}</bdi> sees this
          </>
        )}
      </small>
      {blocks.length === 0 && <p>{shown(text)}</p>}
      {blocks.map((block, index) => (
        <Block key={index} block={block} isBusy={isBusy} pressed={pressed} />
      ))}
      {failed && <p role="alert">It was not pressed: {failed.message}</p>}
    </li>
  )
}

interface BlockProps {
  block: SlackBlock
  isBusy: boolean
  pressed: (actionId: string) => void
}

const Block = ({ block, isBusy, pressed }: BlockProps) => {
  if (block.type === 'section') return <p>{shown(block.text.text)}</p>
  if (block.type === 'context') return <p className={style.quiet}>{block.elements.map(({ text }) => shown(text))}</p>
  return (
    <div className={style.buttons}>
      {block.elements.map(({ action_id: id, text, url, style: tone }) =>
        url === undefined ? (
          <button key={id} type="button" data-tone={tone} disabled={isBusy} onClick={() => pressed(id)}>
            {text.text}
          </button>
        ) : (
          <a key={id} href={url} target="_blank" rel="noreferrer">
            {text.text}
          </a>
        ),
      )}
    </div>
  )
}
