import { useState, type FormEvent } from 'react'
import type { Offer } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './settings.module.css'

/** What can be said of a service. */
export type OfferDraft = Pick<Offer, 'name' | 'description' | 'durationMin' | 'priceMinor' | 'currency'>

const digitsOf = (currency: string) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
export const priceOf = ({ priceMinor, currency }: Pick<Offer, 'priceMinor' | 'currency'>) =>
  new Intl.NumberFormat('en', { style: 'currency', currency }).format(priceMinor / 10 ** digitsOf(currency))

interface Props {
  /** What is changed; undefined where a new one is made. */
  of?: Offer
  currency: string
  says: string
  save: (draft: OfferDraft) => Promise<unknown>
  back?: () => void
}

/** A service, new or changed. */
export const OfferForm = ({ of, currency, says, save, back }: Props) => {
  const minor = 10 ** digitsOf(currency)
  const [draft, setDraft] = useState<Said>({
    name: of?.name ?? '',
    description: of?.description ?? '',
    minutes: String(of?.durationMin ?? 30),
    price: String((of?.priceMinor ?? 0) / minor),
  })
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { name, description, minutes, price } = draft
    // Rounded in decimal, where 1.15 is 115 and not 114.99999999999999.
    const priceMinor = Math.round(Number(`${price}e${String(digitsOf(currency))}`))
    const said = { name: name.trim(), description: description.trim(), durationMin: Number(minutes) }
    void doing.do(async () => {
      await save({ ...said, priceMinor, currency })
      if (!of) setDraft({ ...draft, name: '', description: '' })
    })
  }
  return (
    <form className={style.form} onSubmit={submit}>
      <Fields draft={draft} currency={currency} minor={minor} change={(said) => setDraft({ ...draft, ...said })} />
      {failed && <Trouble error={failed} what={of ? 'It stays as it was.' : 'Nothing was added.'} />}
      <p className={style.line}>
        <Button type="submit" disabled={isBusy}>
          {says}
        </Button>
        {back && (
          <Button tone="quiet" onClick={back}>
            Leave it
          </Button>
        )}
      </p>
    </form>
  )
}

interface Said {
  name: string
  description: string
  minutes: string
  price: string
}
interface FieldsProps {
  draft: Said
  currency: string
  /** How many of the smallest unit the currency has. */
  minor: number
  change: (said: Partial<Said>) => void
}

const Fields = ({ draft, currency, minor, change }: FieldsProps) => (
  <>
    <label>
      What it is called
      <input
        required
        dir="auto"
        maxLength={120}
        value={draft.name}
        onChange={({ target }) => change({ name: target.value })}
      />
    </label>
    <label>
      What it is, if its name does not say
      <textarea
        dir="auto"
        rows={2}
        maxLength={2_000}
        value={draft.description}
        onChange={({ target }) => change({ description: target.value })}
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
        onChange={({ target }) => change({ minutes: target.value })}
      />
    </label>
    <label>
      Price in {currency}
      <input
        type="number"
        required
        min={0}
        max={1_000_000}
        step={1 / minor}
        value={draft.price}
        onChange={({ target }) => change({ price: target.value })}
      />
    </label>
  </>
)
