import { useState, type FormEvent } from 'react'
import type { Offer } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import settings from '../settings/settings.module.css'
import { useBusiness, useBusinessRenewed, useOffers } from '../settings/use-business.ts'

const digitsOf = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
const money = ({ priceMinor, currency }: Offer) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).format(priceMinor / 10 ** digitsOf(currency))

/** What is offered so far, and one more. */
export const FirstService = () => {
  const { data } = useOffers()
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  return (
    <>
      {data && data.items.length > 0 && (
        <ul className={settings.rows} aria-label="Services">
          {data.items.map((one) => (
            <li key={one.id}>
              <span>
                <b>
                  <bdi>{one.name}</bdi>
                </b>
                <small className="figures">
                  {one.durationMin} min, {money(one)}
                </small>
              </span>
              <Button
                tone="quiet"
                aria-label={`Take out ${one.name}`}
                disabled={isBusy}
                onClick={() => void doing.do(() => businesses.removeOffer(one).finally(renewed))}
              >
                Take out
              </Button>
            </li>
          ))}
        </ul>
      )}
      {failed && <Trouble error={failed} what="It stays." />}
      <Add />
    </>
  )
}

const Add = () => {
  const currency = useBusiness().data?.settings.currency ?? 'EUR'
  const [draft, setDraft] = useState({ name: '', minutes: '30', price: '0' })
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { name, minutes, price } = draft
    // Rounded in decimal, where 1.15 is 115 and not 114.99999999999999.
    const priceMinor = Math.round(Number(`${price}e${String(digitsOf(currency))}`))
    void doing.do(async () => {
      await businesses.makeOffer({ name: name.trim(), durationMin: Number(minutes), priceMinor, currency })
      setDraft({ ...draft, name: '' })
      await renewed()
    })
  }
  return (
    <form className={settings.form} onSubmit={submit}>
      <label>
        What it is called
        <input
          required
          dir="auto"
          maxLength={120}
          value={draft.name}
          onChange={({ target }) => setDraft({ ...draft, name: target.value })}
        />
      </label>
      <label>
        How long it takes, in minutes
        <input
          type="number"
          required
          min={5}
          max={1_440}
          value={draft.minutes}
          onChange={({ target }) => setDraft({ ...draft, minutes: target.value })}
        />
      </label>
      <label>
        Price in {currency}
        <input
          type="number"
          required
          min={0}
          max={1_000_000}
          step={10 ** -digitsOf(currency)}
          value={draft.price}
          onChange={({ target }) => setDraft({ ...draft, price: target.value })}
        />
      </label>
      {failed && <Trouble error={failed} what="Nothing was added." />}
      <Button type="submit" disabled={isBusy}>
        Add it
      </Button>
    </form>
  )
}
