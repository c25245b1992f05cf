import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import { OfferForm, priceOf } from '../settings/offer-form.tsx'
import settings from '../settings/settings.module.css'
import { useBusiness, useBusinessRenewed, useOffers } from '../settings/use-business.ts'

/** What is offered so far, and one more. */
export const FirstService = () => {
  const { data } = useOffers()
  const currency = useBusiness().data?.settings.currency
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
                  {one.durationMin} min, {priceOf(one)}
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
      {currency && (
        <OfferForm
          key={currency}
          currency={currency}
          says="Add it"
          save={(draft) => businesses.makeOffer(draft).then(renewed)}
        />
      )}
    </>
  )
}
