import { businesses } from '../live/business.ts'
import { Listed, Row } from '../settings/listed.tsx'
import { OfferForm, priceOf } from '../settings/offer-form.tsx'
import { useBusiness, useBusinessRenewed, useOffers } from '../settings/use-business.ts'

/** What is offered so far, and one more. */
export const FirstService = () => {
  const { data, error, refetch } = useOffers()
  const currency = useBusiness().data?.settings.currency
  const renewed = useBusinessRenewed()
  return (
    <>
      <Listed says="Services" items={data?.items} error={error} again={refetch} unread="The services cannot be read.">
        {(one) => (
          <Row
            key={one.id}
            name={one.name}
            acts={[{ says: 'Take out', do: () => businesses.removeOffer(one).finally(renewed) }]}
            what="It stays."
          >
            <small className="figures">
              {one.durationMin} min, {priceOf(one)}
            </small>
          </Row>
        )}
      </Listed>
      {currency && (
        <OfferForm
          // Empty again as soon as one was added.
          key={`${currency}/${String(data?.items.length)}`}
          currency={currency}
          says="Add it"
          save={(draft) => businesses.makeOffer(draft).then(renewed)}
        />
      )}
    </>
  )
}
