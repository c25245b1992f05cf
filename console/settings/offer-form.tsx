import { useState } from 'react'
import type { Offer } from '../../client/business.ts'
import { Field, NameField, WordsField } from '../parts/fields.tsx'
import { Form } from './form.tsx'

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
}

/** A service, new or changed. */
export const OfferForm = ({ of, currency, says, save }: Props) => {
  const minor = 10 ** digitsOf(currency)
  const [name, setName] = useState(of?.name ?? '')
  const [description, setDescription] = useState(of?.description ?? '')
  const [minutes, setMinutes] = useState(String(of?.durationMin ?? 30))
  const [price, setPrice] = useState(String((of?.priceMinor ?? 0) / minor))
  const submit = () => {
    // Rounded in decimal, where 1.15 is 115 and not 114.99999999999999.
    const priceMinor = Math.round(Number(`${price}e${String(digitsOf(currency))}`))
    const said = { name: name.trim(), description: description.trim(), durationMin: Number(minutes) }
    return save({ ...said, priceMinor, currency })
  }
  return (
    <Form says={says} submit={submit} what={of ? 'It stays as it was.' : 'Nothing was added.'}>
      <NameField max={120} value={name} change={setName} />
      <WordsField
        says="What it is, if its name does not say"
        rows={2}
        maxLength={2_000}
        value={description}
        change={setDescription}
      />
      <Field
        says="How long it takes, in minutes"
        type="number"
        required
        min={5}
        max={1_440}
        value={minutes}
        change={setMinutes}
      />
      <Field
        says={`Price in ${currency}`}
        type="number"
        required
        min={0}
        max={1_000_000}
        step={1 / minor}
        value={price}
        change={setPrice}
      />
    </Form>
  )
}
