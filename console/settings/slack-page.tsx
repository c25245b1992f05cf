import { Trouble } from '../inbox/trouble.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { SlackConnect } from './slack-connect.tsx'
import { SlackConnected } from './slack-connected.tsx'
import { SlackRules } from './slack-rules.tsx'
import { useSlack } from './use-slack.ts'

/** What the staff hears of in Slack, and by which app. */
export const SlackPage = () => {
  const { data, error, refetch } = useSlack()
  useTitle('Slack')
  return (
    <div className={page.page}>
      <header>
        <h1>Slack</h1>
        <p className={page.none}>
          Your team hears in Slack who waits and whose promise is at risk, and takes them with a button. What people
          write stays here, and so do their names unless a rule says otherwise.
        </p>
      </header>
      {error && !data && <Trouble error={error} what="Slack cannot be looked at." again={() => void refetch()} />}
      {data?.connection === null && <SlackConnect manifest={data.manifest} webhookUrl={data.webhookUrl} />}
      {data?.connection && data.health && (
        <SlackConnected connection={data.connection} health={data.health} webhookUrl={data.webhookUrl} />
      )}
      {data?.connection && <SlackRules isOn={data.connection.status === 'active'} />}
    </div>
  )
}
