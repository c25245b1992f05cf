import { useState } from 'react'
import type { Offer } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { OfferForm, priceOf } from './offer-form.tsx'
import style from './settings.module.css'
import { useBusiness, useBusinessRenewed, useOffers } from './use-business.ts'

/** What the business offers. */
export const ServicesPage = () => {
  const { data, error, refetch } = useOffers()
  const currency = useBusiness().data?.settings.currency
  const renewed = useBusinessRenewed()
  useTitle('Services')
  return (
    <div className={page.page}>
      <h1>Services</h1>
      {error && !data && <Trouble error={error} what="The services cannot be read." again={() => void refetch()} />}
      {data?.items.length === 0 && <p className={page.none}>No services yet. One is added below.</p>}
      {data && data.items.length > 0 && (
        <ul className={style.rows} aria-label="Services">
          {data.items.map((one) => (
            <One key={one.id} one={one} />
          ))}
        </ul>
      )}
      {currency && (
        <section aria-labelledby="new-service">
          <h2 id="new-service">A new service</h2>
          <OfferForm
            key={currency}
            currency={currency}
            says="Add it"
            save={(draft) => businesses.makeOffer(draft).then(renewed)}
          />
        </section>
      )}
    </div>
  )
}

const One = ({ one }: { one: Offer }) => {
  const { name, description, durationMin, currency, isActive } = one
  const [isOpen, setOpen] = useState(false)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const act = (work: () => Promise<unknown>) => void doing.do(() => work().finally(renewed))
  const save = (draft: Parameters<typeof businesses.changeOffer>[1]) =>
    businesses.changeOffer(one, draft).then(() => (setOpen(false), renewed()))
  if (isOpen)
    return (
      <li>
        <OfferForm of={one} currency={currency} says="Save" save={save} back={() => setOpen(false)} />
      </li>
    )
  return (
    <li>
      <span>
        <b>
          <bdi>{name}</bdi>
        </b>
        {!isActive && <em>not offered now</em>}
        <small className="figures">
          {durationMin} min, {priceOf(one)}
        </small>
        {description !== '' && (
          <small dir="auto">
            <bdi>{description}</bdi>
          </small>
        )}
      </span>
      <Button aria-label={`Change ${name}`} disabled={isBusy} onClick={() => setOpen(true)}>
        Change
      </Button>
      <Button
        aria-label={`${isActive ? 'Pause' : 'Offer again'}: ${name}`}
        disabled={isBusy}
        onClick={() => act(() => businesses.changeOffer(one, { isActive: !isActive }))}
      >
        {isActive ? 'Pause' : 'Offer again'}
      </Button>
      <Button
        tone="quiet"
        aria-label={`Take out ${name}`}
        disabled={isBusy}
        onClick={() => act(() => businesses.removeOffer(one))}
      >
        Take out
      </Button>
      {failed && <Trouble error={failed} what="Nothing has changed." />}
    </li>
  )
}
