import { Link } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { Business, Rule, Switch } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { CodeRulesForm } from './code-rules.tsx'
import { ContactRulesForm } from './contact-rules.tsx'
import { BusinessFields } from './business-fields.tsx'
import { ProfileFields, profileNames } from './profile-fields.tsx'
import style from './settings.module.css'
import { useBusiness, useBusinessRenewed, useRules } from './use-business.ts'

/** Who the business is, how it is reached, and by which rules it goes. */
export const BusinessPage = () => {
  const { data, error, refetch } = useBusiness()
  useTitle('Business')
  return (
    <div className={page.page}>
      <h1>Business</h1>
      {error && !data && <Trouble error={error} what="This cannot be read." again={() => void refetch()} />}
      {data && data.status !== 'active' && <NotLive status={data.status} />}
      {data && (
        <div className={style.parts}>
          <section aria-labelledby="who">
            <h2 id="who">Who and where</h2>
            <BusinessFields business={data} press="Save" />
          </section>
          <section aria-labelledby="reached">
            <h2 id="reached">How it is reached</h2>
            <ProfileFields business={data} names={profileNames} press="Save" />
          </section>
          <Rules business={data} />
          <ContactRulesForm business={data} />
          <CodeRulesForm business={data} />
        </div>
      )}
    </div>
  )
}

const says = {
  draft: 'This business is being set up: messages reach simulated people only.',
  suspended: 'This business was suspended by its operator: nothing leaves.',
  closing: 'This business is closing: nothing leaves.',
} as const

const NotLive = ({ status }: { status: keyof typeof says }) => (
  <p className={page.warning}>
    {says[status]} {status === 'draft' && <Link to="/onboarding">See what is missing</Link>}
  </p>
)

const Rules = ({ business }: { business: Business }) => {
  const { data, error, refetch } = useRules()
  if (error && !data) return <Trouble error={error} what="The rules cannot be read." again={() => void refetch()} />
  const groups = [...new Set([...(data?.items ?? []), ...(data?.switches ?? [])].map(({ group }) => group))]
  return groups.map((group) => (
    <section key={group} aria-label={group}>
      <h2>{group}</h2>
      {data?.items
        .filter((rule) => rule.group === group)
        .map((rule) => (
          <OneRule key={rule.name} rule={rule} business={business} />
        ))}
      {data?.switches
        .filter((one) => one.group === group)
        .map((one) => (
          <OneSwitch key={one.name} one={one} business={business} />
        ))}
    </section>
  ))
}

const OneRule = ({ rule, business }: { rule: Rule; business: Business }) => {
  const { name, words, says, unit, min, max, value, usual } = rule
  const [typed, setTyped] = useState(String(value))
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(async () => {
      await businesses.change({ settings: { [name]: Number(typed) } }, business.rev)
      await renewed()
    })
  }
  return (
    <form className={style.rule} onSubmit={submit}>
      <label>
        {words}, in {unit}
        <input
          type="number"
          required
          min={min}
          max={max}
          aria-describedby={`rule-${name}`}
          value={typed}
          onChange={({ target }) => setTyped(target.value)}
        />
      </label>
      <Button type="submit" aria-label={`Save: ${words}`} disabled={isBusy || typed === String(value)}>
        Save
      </Button>
      <small id={`rule-${name}`}>
        {says} Usual: {usual}.
      </small>
      {failed && <Trouble error={failed} what="It stays as it was." />}
    </form>
  )
}

const OneSwitch = ({ one: { name, words, says, isOn }, business }: { one: Switch; business: Business }) => {
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const turn = () =>
    void doing.do(async () => {
      await businesses.change({ settings: { [name]: !isOn } }, business.rev)
      await renewed()
    })
  return (
    <div className={style.rule}>
      <label className={style.switch}>
        <input type="checkbox" checked={isOn} disabled={isBusy} aria-describedby={`rule-${name}`} onChange={turn} />
        {words}
      </label>
      <small id={`rule-${name}`}>{says}</small>
      {failed && <Trouble error={failed} what="It stays as it was." />}
    </div>
  )
}
