import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { SlackConnection, SlackHealth, SlackTest } from '../../client/slack.ts'
import { type Times, timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { slack } from '../live/slack.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { Badges } from './channel-badge.tsx'
import { Copied } from './copied.tsx'
import style from './settings.module.css'
import { SlackSecrets } from './slack-connect.tsx'
import { useSlackChannels, useSlackRenewed } from './use-slack.ts'

interface Props {
  connection: SlackConnection
  health: SlackHealth
  webhookUrl: string
}

/** Slack as it is connected: whether it works, a test of it, and how it ends. */
export const SlackConnected = ({ connection, health, webhookUrl }: Props) => {
  const { teamName, simulate, status } = connection
  const isOn = status === 'active'
  return (
    <section aria-labelledby="slack-team">
      <h2 id="slack-team">
        <bdi>{teamName}</bdi>
      </h2>
      <p>
        <Badges simulate={simulate} status={status} />
      </p>
      <Health health={health} isOn={isOn} />
      {simulate && (
        <p>
          What is said there is read, and its buttons are pressed, on the <Link to="/slack">page of Slack</Link>.
        </p>
      )}
      <Trial isOn={isOn} />
      <Shown isShown={connection.showsWords} />
      {!simulate && (
        <details className={style.what}>
          <summary>Address and secrets</summary>
          <p>Slack tells of buttons and events here:</p>
          <Copied says="Request URL" value={webhookUrl} />
          <SlackSecrets says="Replace the secrets" save={(secrets) => slack.change(secrets)} />
        </details>
      )}
      <Switches isOn={isOn} />
    </section>
  )
}

/** What Slack has once, it has: so nobody is shown anything there unless somebody says so. */
const Shown = ({ isShown }: { isShown: boolean }) => {
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const turn = (showsWords: boolean) => void doing.do(() => slack.change({ showsWords }).finally(renewed))
  return (
    <>
      <label>
        <input
          type="checkbox"
          checked={isShown}
          disabled={isBusy}
          onChange={({ target }) => turn(target.checked)}
          aria-describedby="slack-shows"
        />{' '}
        Forms in Slack show who the person is, and what was said last
      </label>
      <small id="slack-shows">
        Slack then has these words. Without it, colleagues read in Careline, and answer in Slack.
      </small>
      {failed && <Trouble error={failed} what="Nothing was changed." />}
    </>
  )
}

const Health = ({ health, isOn }: { health: SlackHealth; isOn: boolean }) => {
  const times = timesIn(useSession().workspace.timezone)
  const channels = useSlackChannels(isOn).data?.items ?? []
  const nameOf = (id: string) => `#${channels.find((one) => one.id === id)?.name ?? id}`
  const failing = Object.entries(health.failing)
  return (
    <>
      <p role="status" className={isOn && health.broken ? page.warning : undefined}>
        {isOn ? saidOf(health, times) : 'It is switched off: nothing is said there.'}
      </p>
      {isOn && failing.length > 0 && (
        <ul className={page.warning} aria-label="Channels with trouble">
          {failing.map(([id, { why, at }]) => (
            <li key={id}>
              <bdi>{nameOf(id)}</bdi>: {why} ({times.full(at)})
            </li>
          ))}
        </ul>
      )}
    </>
  )
}

function saidOf({ broken, waiting, lastTakenAt }: SlackHealth, times: Times): string {
  const waits = waiting === 0 ? '' : ` ${waiting.toLocaleString('en')} messages wait.`
  if (broken) return `It does not work: ${broken.why}${waits} Test it once it is mended.`
  return `${lastTakenAt === null ? 'Nothing was said yet.' : `It works. Last said ${times.full(lastTakenAt)}.`}${waits}`
}

const Trial = ({ isOn }: { isOn: boolean }) => {
  const [channel, setChannel] = useState('')
  const [tested, setTested] = useState<SlackTest | null>(null)
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setTested(null)
    void doing.do(async () => {
      setTested(await slack.test(channel === '' ? undefined : channel))
      await renewed()
    })
  }
  return (
    <form className={style.form} onSubmit={submit} aria-label="Test Slack">
      <SlackChannelField
        says="Also say something in"
        none="No channel"
        isOn={isOn}
        value={channel}
        change={setChannel}
      />
      {failed && <Trouble error={failed} what="It was not tested." />}
      <Button type="submit" disabled={isBusy || !isOn}>
        Test it
      </Button>
      {tested && (
        <p role="status" className={tested.isRight ? undefined : page.warning}>
          {testedAs(tested)}
        </p>
      )}
    </form>
  )
}

function testedAs({ isRight, team, why, isOnItsWay }: SlackTest): string {
  if (!isRight) return `Slack does not know us: ${why ?? 'it does not say why.'}`
  return `Slack knows us, in ${team ?? 'your workspace'}.${isOnItsWay ? ' The message is on its way.' : ''}`
}

interface FieldProps {
  says: string
  none: string
  isOn: boolean
  value: string
  change: (id: string) => void
}

/** A channel of Slack, by its name. */
export const SlackChannelField = ({ says, none, isOn, value, change }: FieldProps) => {
  const { data, error } = useSlackChannels(isOn)
  return (
    <label>
      {says}
      <select value={value} onChange={({ target }) => change(target.value)}>
        <option value="">{none}</option>
        {data?.items.map(({ id, name }) => (
          <option key={id} value={id}>
            #{name}
          </option>
        ))}
      </select>
      {error && <small>Slack does not say which channels there are: {error.message}</small>}
    </label>
  )
}

const Switches = ({ isOn }: { isOn: boolean }) => {
  const [isLeaving, setLeaving] = useState(false)
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const turn = () => void doing.do(() => slack.change({ status: isOn ? 'disabled' : 'active' }).finally(renewed))
  const leave = () => void doing.do(() => slack.disconnect().finally(renewed))
  return (
    <div className={style.line}>
      <Button onClick={turn} disabled={isBusy}>
        {isOn ? 'Switch it off' : 'Switch it on'}
      </Button>{' '}
      {isLeaving ? (
        <>
          <Button tone="urgent" onClick={leave} disabled={isBusy}>
            Disconnect Slack for good
          </Button>{' '}
          <Button onClick={() => setLeaving(false)}>Keep it</Button>
        </>
      ) : (
        <Button tone="quiet" onClick={() => setLeaving(true)}>
          Disconnect…
        </Button>
      )}
      {failed && <Trouble error={failed} what="Nothing was changed." />}
    </div>
  )
}
