import { useId, useState, type FormEvent, type ReactNode } from 'react'
import type { Outgoing } from '../../kernel/content.ts'
import { Button } from '../parts/button.tsx'
import { Field } from '../parts/fields.tsx'
import { useKeys } from '../shell/keys.ts'
import { placeIn } from './place.ts'
import style from './share.module.css'

interface Props {
  /** It goes at once, as a message of its own. */
  send: (content: Outgoing) => void
}

interface ShareProps extends Props {
  leave: () => void
}

/** A number to call, or the way to somewhere, as whoever gets it can save it and go there. */
export const Share = ({ send, leave }: ShareProps) => {
  useKeys({ back: leave })
  return (
    <section
      className={style.share}
      aria-label="Share a contact or a place"
      onKeyDown={({ key }) => {
        // In a field no key is the page's.
        if (key === 'Escape') leave()
      }}
    >
      <Contact send={send} />
      <Somewhere send={send} />
    </section>
  )
}

const Contact = ({ send }: Props) => {
  const [name, setName] = useState('')
  const [phone, setPhone] = useState('')
  const isWhole = name.trim() !== '' && phone.trim() !== ''
  const submit = () => send({ kind: 'contacts', contacts: [{ name: name.trim(), phones: [phone.trim()] }] })
  return (
    <Form says="A contact" canSend={isWhole} verb="Send the contact" submit={submit}>
      <Field says="Who" dir="auto" maxLength={512} value={name} change={setName} />
      <Field says="Number" type="tel" dir="ltr" maxLength={64} value={phone} change={setPhone} />
    </Form>
  )
}

const Somewhere = ({ send }: Props) => {
  const [name, setName] = useState('')
  const [link, setLink] = useState('')
  const place = placeIn(link)
  const isWrong = link.trim() !== '' && place === undefined
  const submit = () => {
    if (place) send({ kind: 'location', ...place, ...(name.trim() !== '' && { name: name.trim() }) })
  }
  return (
    <Form says="A place" canSend={place !== undefined} verb="Send the place" submit={submit}>
      <Field says="What it is called" dir="auto" maxLength={1_000} value={name} change={setName} />
      <Field
        says="Link to a map, or coordinates"
        dir="ltr"
        maxLength={2_000}
        placeholder="48.1371, 11.5754"
        value={link}
        change={setLink}
        aria-invalid={isWrong || undefined}
      />
      {isWrong && <p role="alert">No place can be read from this. Two numbers are enough: 48.1371, 11.5754.</p>}
    </Form>
  )
}

interface FormProps {
  says: string
  canSend: boolean
  verb: string
  submit: () => void
  children: ReactNode
}

const Form = ({ says, canSend, verb, submit, children }: FormProps) => {
  const titleId = useId()
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    if (canSend) submit()
  }
  return (
    <form className={style.one} aria-labelledby={titleId} onSubmit={onSubmit}>
      <b id={titleId}>{says}</b>
      {children}
      <Button type="submit" disabled={!canSend}>
        {verb}
      </Button>
    </form>
  )
}
