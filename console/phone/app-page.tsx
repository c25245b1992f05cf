import { useNavigate, useSearch } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { api } from '../live/careline.ts'
import { Button } from '../parts/button.tsx'
import { usePlainTitle } from '../shell/use-title.ts'
import { AppHandset } from './app-handset.tsx'
import style from './app.module.css'
import { KeyGate } from './key-gate.tsx'
import { keepForOffline } from './offline.ts'
import { Places } from './places.tsx'
import { phoneKey } from './phone-api.ts'
import page from './phone.module.css'

const phonesMax = 4

/** The app of the people who are looked after, on as many telephones as one likes to try it with. */
export const AppPage = () => {
  usePlainTitle('The app')
  useEffect(() => {
    // A browser that keeps nothing opens the page with a network, as before.
    keepForOffline().catch(() => undefined)
  }, [])
  const [hasKey, setKey] = useState(() => phoneKey() !== null)
  return hasKey ? <Phones /> : <KeyGate enter={() => setKey(true)} />
}

const Phones = () => {
  const { business = api.session()?.workspace.slug ?? 'demo', phones = 2 } = useSearch({ from: '/shell/app' })
  const navigate = useNavigate()
  const names = Array.from({ length: phones }, (_, index) => String(index + 1))
  return (
    <div className={page.page}>
      <header className={page.head}>
        <Places />
        <div>
          <h1>The app</h1>
          <p>
            What a client’s app would show, by the same library: sign in with a number or an address that the business
            knows, like those of the phones under WhatsApp.
          </p>
        </div>
        <div className={style.which}>
          <label>
            Business, by its short name
            <input
              value={business}
              maxLength={64}
              onChange={({ target }) =>
                void navigate({ to: '/app', search: { business: target.value, phones }, replace: true })
              }
            />
          </label>
          {phones < phonesMax && (
            <Button
              onClick={() => void navigate({ to: '/app', search: { business, phones: phones + 1 }, replace: true })}
            >
              One more phone
            </Button>
          )}
        </div>
      </header>
      <ul className={page.phones} data-wraps>
        {names.map((name) => (
          <AppHandset key={name} name={name} business={business} />
        ))}
      </ul>
    </div>
  )
}
