import { useState, type FormEvent } from 'react'
import { Button } from '../parts/button.tsx'
import { keepPhoneKey } from './phone-api.ts'
import style from './phone.module.css'

interface Props {
  of?: 'Phones' | 'Letters' | 'Texts' | 'Mails'
  isRefused?: boolean
  enter: () => void
}

/** Asks for the key of the phone, for those who came without the address that the terminal prints. */
export const KeyGate = ({ of = 'Phones', isRefused = false, enter }: Props) => {
  const [key, setKey] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    keepPhoneKey(key)
    enter()
  }
  return (
    <div className={style.gate}>
      <form onSubmit={submit}>
        <h1>{of}</h1>
        <p>
          Simulated phones, letters, texts and mails open with a key. The terminal prints addresses that carry it
          (“Phone”, “Letters”) when Careline starts; <code>careline demo --json</code> tells it again.
        </p>
        <label>
          Key
          <input required autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)} />
        </label>
        {isRefused && <p role="alert">This key is not the one of this server.</p>}
        <Button tone="main" type="submit">
          Open them
        </Button>
      </form>
    </div>
  )
}
