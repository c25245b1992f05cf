import { queryOptions, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState } from 'react'
import type { Choice, ConsentChannel, Preferences } from '../../client/consents.ts'
import { consents } from '../live/consents.ts'
import { useDoing } from '../live/use-doing.ts'
import { Card } from './card.tsx'
import style from './preferences.module.css'
import type { Says } from './preferences-languages.ts'
import { preferencesWords } from './preferences-words.ts'
import form from './sign-in.module.css'

const chosenAt = (token: string) =>
  queryOptions({ queryKey: ['preferences', token], queryFn: () => consents.preferences(token), retry: false })

/** Where somebody says what they want to get, without signing in. To open it changes nothing: mail scanners do. */
export const PreferencesPage = () => {
  const { token } = useParams({ from: '/unsubscribe/$token' })
  const { data, error, refetch } = useQuery(chosenAt(token))
  const says = preferencesWords(data?.locale ?? navigator.language)
  return (
    <Card title={data?.business ?? 'Careline'}>
      <section className={form.form} lang={says.language} dir={says.language === 'ar' ? 'rtl' : 'ltr'}>
        <h1>{says.title}</h1>
        {error && <p role="alert">{says.gone}</p>}
        {data && <Choosing key={token} token={token} data={data} says={says} again={() => void refetch()} />}
      </section>
    </Card>
  )
}

interface Props {
  token: string
  data: Preferences
  says: Says
  again: () => void
}

const Choosing = ({ token, data, says, again }: Props) => {
  const { business, channel, purpose } = data
  const [choices, setChoices] = useState<readonly Choice[]>(data.choices)
  const [done, setDone] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const mine = choices.find((one) => one.channel === channel && one.purpose === purpose)
  const stop = () =>
    void doing.do(async () => {
      await consents.unsubscribe(token)
      setChoices(choices.map((one) => (one === mine ? { ...one, isOn: false } : one)))
      setDone(says.stopped)
      again()
    })
  const save = () =>
    void doing.do(async () => {
      const changed = choices.filter((one, nth) => one.isOn !== data.choices[nth]?.isOn)
      // All of a channel that they touched: what stands there unticked is said as well, whatever held before.
      const touched = new Set(changed.map(({ channel: on }) => on))
      const said = choices.filter(({ channel: on }) => touched.has(on))
      if (said.length > 0) await consents.choose(token, said, says.asks(business))
      setDone(says.saved)
      again()
    })
  return (
    <>
      <p>{says.asks(business)}</p>
      {mine?.isOn && (
        <button type="button" className={form.main} disabled={isBusy} onClick={stop}>
          {says.stop(says.purposes[purpose].name, says.channels[channel])}
        </button>
      )}
      <Channels choices={choices} says={says} change={setChoices} />
      {failed && (
        <p className={form.failed} role="alert">
          {says.failed}
        </p>
      )}
      <p role="status">{done}</p>
      <button type="button" className={mine?.isOn ? form.other : form.main} disabled={isBusy} onClick={save}>
        {says.save}
      </button>
    </>
  )
}

interface ChannelsProps {
  choices: readonly Choice[]
  says: Says
  change: (choices: readonly Choice[]) => void
}

const Channels = ({ choices, says, change }: ChannelsProps) => {
  const channels = [...new Set(choices.map(({ channel }) => channel))]
  return channels.map((channel: ConsentChannel) => (
    <fieldset key={channel} className={style.channel}>
      <legend>{says.channels[channel]}</legend>
      {choices
        .filter((one) => one.channel === channel)
        .map((one) => (
          <label key={one.purpose}>
            <input
              type="checkbox"
              checked={one.isOn}
              onChange={({ target }) =>
                change(choices.map((other) => (other === one ? { ...one, isOn: target.checked } : other)))
              }
            />
            <span>
              {says.purposes[one.purpose].name}
              <small>{says.purposes[one.purpose].means}</small>
            </span>
          </label>
        ))}
    </fieldset>
  ))
}
