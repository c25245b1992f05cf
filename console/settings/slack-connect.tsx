import { useState, type FormEvent } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { slack } from '../live/slack.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { Copied } from './copied.tsx'
import style from './settings.module.css'
import { useSlackRenewed } from './use-slack.ts'

/** The way from nothing to a connection, in the order in which Slack has it. */
export const SlackConnect = ({ manifest, webhookUrl }: { manifest: string; webhookUrl: string }) => {
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const simulate = () => void doing.do(() => slack.connect().then(renewed))
  return (
    <section aria-labelledby="connect-slack">
      <h2 id="connect-slack">Connect your Slack</h2>
      <ol className={style.steps}>
        <li>
          Open{' '}
          <a href="https://api.slack.com/apps?new_app=1" target="_blank" rel="noreferrer">
            Your apps at Slack
          </a>
          , choose From a manifest, and paste this.
          <details className={style.what}>
            <summary>The manifest</summary>
            <Copied says="The manifest" value={manifest} />
          </details>
        </li>
        <li>Install the app in your workspace. Then copy the two secrets into this form.</li>
        <li>
          Under Event Subscriptions and Interactivity, let Slack verify this address, once it is connected here.
          <Copied says="Request URL" value={webhookUrl} />
        </li>
      </ol>
      <SlackSecrets says="Connect" save={(secrets) => slack.connect(secrets)} />
      <p>
        Only want to try it?{' '}
        <Button onClick={simulate} disabled={isBusy}>
          Simulate Slack
        </Button>
      </p>
      {failed && <Trouble error={failed} what="Slack is not simulated." />}
    </section>
  )
}

interface SecretsProps {
  says: string
  save: (secrets: { botToken: string; signingSecret: string }) => Promise<unknown>
}

/** What proves us to Slack, and Slack to us: typed, and never shown again. */
export const SlackSecrets = ({ says, save }: SecretsProps) => {
  const [botToken, setToken] = useState('')
  const [signingSecret, setSecret] = useState('')
  const renewed = useSlackRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await save({ botToken: botToken.trim(), signingSecret: signingSecret.trim() })
      setToken('')
      setSecret('')
      await renewed()
    })
  }
  const typed = { required: true, type: 'password', autoComplete: 'off', spellCheck: false, maxLength: 512 } as const
  return (
    <form className={style.form} onSubmit={submit} aria-label="Secrets of the app" data-wide>
      <label>
        Bot token
        <input {...typed} value={botToken} onChange={({ target }) => setToken(target.value)} />
        <small>Under OAuth &amp; Permissions: it begins with xoxb-.</small>
      </label>
      <label>
        Signing secret
        <input {...typed} value={signingSecret} onChange={({ target }) => setSecret(target.value)} />
        <small>Under Basic Information, App Credentials.</small>
      </label>
      {failed && <Trouble error={failed} what="The secrets were not taken." />}
      <Button tone="main" type="submit" disabled={isBusy}>
        {says}
      </Button>
    </form>
  )
}
