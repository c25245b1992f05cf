import { useState, type FormEvent } from 'react'
import { Button } from '../parts/button.tsx'
import { keepPhoneKey } from './phone-api.ts'
import style from './phone.module.css'

/** Asks for the key of the phone, for those who came without the address that the terminal prints. */
export const KeyGate = ({ isRefused = false, enter }: { isRefused?: boolean; enter: () => void }) => {
  const [key, setKey] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    keepPhoneKey(key)
    enter()
  }
  return (
    <div className={style.gate}>
      <form onSubmit={submit}>
        <h1>Phones</h1>
        <p>
          The simulated phones open with a key. The terminal prints an address that carries it when Careline starts;{' '}
          <code>careline demo --json</code> tells it again.
        </p>
        <label>
          Key
          <input required autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
        </label>
        {isRefused && <p role="alert">This key is not the one of this server.</p>}
        <Button tone="main" type="submit">
          Open the phones
        </Button>
      </form>
    </div>
  )
}
