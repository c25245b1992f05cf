import { IconPlus } from '@tabler/icons-react'
import { useEffect, useRef, useState, type FormEvent } from 'react'
import { Button } from '../parts/button.tsx'
import { Count } from '../parts/count.tsx'
import style from './people.module.css'
import { phone, type Person } from './phone-api.ts'
import { useDoing } from '../live/use-doing.ts'

interface Props {
  people: Person[]
  shown: string[]
  toggle: (waId: string) => void
}

/** Whose phones there are; those that lie on the table are pressed. */
export const People = ({ people, shown, toggle }: Props) => {
  const [isAdding, setAdding] = useState(false)
  const list = useRef<HTMLUListElement>(null)
  const last = shown.at(-1)
  // Of many people the one who was chosen last is in sight.
  useEffect(() => {
    const chosen = [...(list.current?.querySelectorAll('[aria-pressed=true]') ?? [])].at(-1)
    chosen?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [last])
  const added = (waId: string) => {
    setAdding(false)
    if (!shown.includes(waId)) toggle(waId)
  }
  return (
    <aside className={style.people} aria-label="People">
      <ul className={style.list} ref={list}>
        {people.map((person) => {
          const unread = person.chats.reduce((sum, chat) => sum + chat.unread, 0)
          return (
            <li key={person.waId}>
              <button type="button" aria-pressed={shown.includes(person.waId)} onClick={() => toggle(person.waId)}>
                <span className={style.dot} data-online={person.online || undefined} />
                <span className={style.name}>
                  <bdi>{person.name}</bdi>
                </span>
                <Count of={unread} says="unread" on="phone" />
              </button>
            </li>
          )
        })}
      </ul>
      {isAdding ? (
        <Newcomer added={added} leave={() => setAdding(false)} />
      ) : (
        <button type="button" className={style.add} onClick={() => setAdding(true)}>
          <IconPlus size={16} stroke={2} aria-hidden="true" />
          Add a person
        </button>
      )}
    </aside>
  )
}

const Newcomer = ({ added, leave }: { added: (waId: string) => void; leave: () => void }) => {
  const [name, setName] = useState('')
  const [number, setNumber] = useState('')
  const [hidesNumber, setHides] = useState(false)
  const doing = useDoing()
  const add = async (event: FormEvent) => {
    event.preventDefault()
    const waId = number.replace(/\D/g, '')
    if (await doing.do(() => phone.add({ name: name.trim(), waId, hidesNumber }))) added(waId)
  }
  return (
    <form className={style.newcomer} onSubmit={(event) => void add(event)}>
      <label>
        Name
        <input autoFocus required maxLength={100} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <label>
        Number, with country code
        <input
          required
          inputMode="tel"
          pattern="[+]?[0-9 ]{6,20}"
          placeholder="+49 151 23456789"
          value={number}
          onChange={(event) => setNumber(event.target.value)}
        />
      </label>
      <label className={style.check}>
        <input type="checkbox" checked={hidesNumber} onChange={(event) => setHides(event.target.checked)} />
        Hides the number
      </label>
      {doing.failed && <p role="alert">{doing.failed.message}</p>}
      <span className={style.ends}>
        <Button tone="main" type="submit" disabled={doing.isBusy}>
          Add
        </Button>
        <Button tone="quiet" onClick={leave}>
          Leave it
        </Button>
      </span>
    </form>
  )
}
