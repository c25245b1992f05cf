import type { Offer } from '../../client/business.ts'
import { businesses } from '../live/business.ts'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { Another, Listed, Row } from './listed.tsx'
import { type OfferDraft, OfferForm, priceOf } from './offer-form.tsx'
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
      <Listed
        says="Services"
        items={data?.items}
        error={error}
        again={refetch}
        unread="The services cannot be read."
        none="No services yet. One is added below."
      >
        {(one) => <One key={`${one.id}/${String(one.rev)}`} one={one} />}
      </Listed>
      {currency && (
        <Another title="A new service" make={(draft: OfferDraft) => businesses.makeOffer(draft).then(renewed)}>
          {(save) => <OfferForm key={currency} currency={currency} says="Add it" save={save} />}
        </Another>
      )}
    </div>
  )
}

const One = ({ one }: { one: Offer }) => {
  const { name, description, durationMin, currency, isActive } = one
  const renewed = useBusinessRenewed()
  const change = (changed: Parameters<typeof businesses.changeOffer>[1]) =>
    businesses.changeOffer(one, changed).finally(renewed)
  const pause = isActive ? 'Pause' : 'Offer again'
  return (
    <Row
      name={name}
      form={<OfferForm of={one} currency={currency} says="Save" save={change} />}
      acts={[
        { says: pause, label: `${pause}: ${name}`, do: () => change({ isActive: !isActive }) },
        { says: 'Take out', do: () => businesses.removeOffer(one).finally(renewed) },
      ]}
    >
      {!isActive && <em>not offered now</em>}
      <small className="figures">
        {durationMin} min, {priceOf(one)}
      </small>
      {description !== '' && (
        <small dir="auto">
          <bdi>{description}</bdi>
        </small>
      )}
    </Row>
  )
}
