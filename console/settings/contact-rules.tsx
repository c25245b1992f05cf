import { useState, type FormEvent } from 'react'
import type { Business, ContactRules } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { Choices } from './choices.tsx'
import style from './settings.module.css'
import { useBusinessRenewed } from './use-business.ts'

const waiting = [
  { name: 'marketing', words: 'Offers and news' },
  { name: 'operational', words: 'What concerns their matters' },
  { name: 'transactional', words: 'What they asked for' },
] as const

/** When and how often people are written to of the business's own accord, and what a STOP ends. */
export const ContactRulesForm = ({ business }: { business: Business }) => {
  const [rules, setRules] = useState<ContactRules>(business.settings.contact)
  const [isSaved, setSaved] = useState(false)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const change = (changed: Partial<ContactRules>) => setRules({ ...rules, ...changed })
  const save = async () => {
    await businesses.change({ settings: { contact: rules } }, business.rev)
    await renewed()
  }
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setSaved(false)
    setSaved(await doing.do(save))
  }
  return (
    <section aria-labelledby="contact">
      <h2 id="contact">When people are written to</h2>
      <form className={style.form} onSubmit={(event) => void submit(event)}>
        <Quiet rules={rules} change={change} />
        <Marketing rules={rules} change={change} />
        <label>
          STOP ends
          <select
            value={rules.stopEnds}
            onChange={({ target }) => change({ stopEnds: target.value === 'channel' ? 'channel' : 'marketing' })}
          >
            <option value="marketing">what comes on its channel, and offers and news everywhere</option>
            <option value="channel">what comes on its channel</option>
          </select>
        </label>
        <label>
          A machine answers the mails of one person once in so many hours; 0 for always
          <input
            type="number"
            required
            min={0}
            max={720}
            value={rules.mailAnswerHours}
            onChange={({ target }) => change({ mailAnswerHours: target.valueAsNumber })}
          />
        </label>
        <label>
          What HELP is answered with, before how to stop
          <input
            maxLength={320}
            placeholder="Sea Dental, +49 30 1234, weekdays 9 to 17."
            value={rules.help}
            onChange={({ target }) => change({ help: target.value })}
          />
        </label>
        {failed && <Trouble error={failed} what="The rules stay as they were." />}
        <Button type="submit" disabled={isBusy}>
          Save
        </Button>
        <p role="status">{isSaved && 'Saved.'}</p>
      </form>
    </section>
  )
}

interface PartProps {
  rules: ContactRules
  change: (changed: Partial<ContactRules>) => void
}

const Quiet = ({ rules: { quietFrom, quietTo, quietFor }, change }: PartProps) => (
  <>
    <label>
      It is quiet from, by the person’s own clock
      <input type="time" required value={quietFrom} onChange={({ target }) => change({ quietFrom: target.value })} />
    </label>
    <label>
      Until; the same time for never
      <input type="time" required value={quietTo} onChange={({ target }) => change({ quietTo: target.value })} />
    </label>
    <Choices
      says="What waits until then"
      all={waiting}
      chosen={quietFor}
      choose={(chosen) => change({ quietFor: waiting.map(({ name }) => name).filter((name) => chosen.includes(name)) })}
    />
  </>
)

const Marketing = ({ rules: { marketingMax, marketingDays }, change }: PartProps) => (
  <>
    <label>
      Offers and news to one person at most; none with 0
      <input
        type="number"
        required
        min={0}
        max={100}
        value={marketingMax}
        onChange={({ target }) => change({ marketingMax: target.valueAsNumber })}
      />
    </label>
    <label>
      Within so many days
      <input
        type="number"
        required
        min={1}
        max={90}
        value={marketingDays}
        onChange={({ target }) => change({ marketingDays: target.valueAsNumber })}
      />
    </label>
  </>
)
