import { queryOptions, useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useState, type FormEvent } from 'react'
import type { KnownBy, OwnRequest } from '../../client/own.ts'
import { ApiProblem } from '../../client/problem.ts'
import { privacy } from '../live/privacy.ts'
import { useDoing } from '../live/use-doing.ts'
import { CodeField, Field } from '../parts/fields.tsx'
import { PlayedMail, PlayedTexts } from '../parts/played.tsx'
import { Card } from './card.tsx'
import { Failed } from './failed.tsx'
import { type PrivacyWords, privacyWordsIn } from './privacy-words.ts'
import style from './privacy.module.css'
import form from './sign-in.module.css'

const businessAt = (slug: string) =>
  queryOptions({ queryKey: ['privacy', slug], queryFn: () => privacy.business(slug), retry: false })

type Kind = OwnRequest['kind']

/** Where somebody asks, without signing in to anything, for a copy of what is kept of them or to be erased. */
export const PrivacyPage = () => {
  const { business: slug } = useParams({ from: '/privacy/$business' })
  const { data, error } = useQuery(businessAt(slug))
  const says = privacyWordsIn(navigator.language)
  const [asked, setAsked] = useState<{ known: KnownBy; kind: Kind } | null>(null)
  const [stands, setStands] = useState<OwnRequest | null>(null)
  return (
    <Card title={data?.name ?? 'Careline'}>
      <section className={form.form} lang={says.language}>
        <h1>{says.title}</h1>
        {error && <Failed words={whyOf(error, says)} />}
        {data && !asked && !stands && <Ask slug={slug} business={data.name} says={says} asked={setAsked} />}
        {asked && !stands && <Prove {...asked} says={says} done={setStands} back={() => setAsked(null)} />}
        {stands && <p role="status">{says.stands(dayOf(stands.dueAt, says))}</p>}
      </section>
    </Card>
  )
}

const dayOf = (iso: string, { language }: PrivacyWords) =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { dateStyle: 'long' }).format(new Date(iso))

function whyOf(error: Error, says: PrivacyWords): string {
  const code = error instanceof ApiProblem ? error.code : ''
  if (code === 'not_found') return says.none
  return code === 'code_invalid' ? says.wrong : says.failed
}

interface AskProps {
  slug: string
  business: string
  says: PrivacyWords
  asked: (asked: { known: KnownBy; kind: Kind }) => void
}

const Ask = ({ slug, business, says, asked }: AskProps) => {
  const [kind, setKind] = useState<Kind>('export')
  const [typed, setTyped] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const address = typed.trim()
    const known = { workspace: slug, ...(address.includes('@') ? { email: address } : { phone: address }) }
    void doing.do(() => privacy.ask(known).then(() => asked({ known, kind })))
  }
  return (
    <form className={form.form} onSubmit={submit}>
      <fieldset className={style.kinds}>
        <legend>{says.asks(business)}</legend>
        {(['export', 'erasure'] as const).map((one) => (
          <label key={one}>
            <input type="radio" name="kind" checked={kind === one} onChange={() => setKind(one)} />
            <span>{says[one]}</span>
          </label>
        ))}
      </fieldset>
      <Field says={says.known} required autoComplete="email" maxLength={254} value={typed} change={setTyped} />
      <Failed words={failed && whyOf(failed, says)} />
      <button type="submit" className={form.main} disabled={isBusy}>
        {says.send}
      </button>
    </form>
  )
}

interface ProveProps {
  known: KnownBy
  kind: Kind
  says: PrivacyWords
  done: (request: OwnRequest) => void
  back: () => void
}

/** Nothing here says whether somebody is known: that no code came is all that a stranger learns. */
const Prove = ({ known, kind, says, done, back }: ProveProps) => {
  const [code, setCode] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const address = 'email' in known ? known.email : known.phone
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void doing.do(() => privacy.verify({ ...known, kind, code }).then(done))
  }
  return (
    <form className={form.form} onSubmit={submit}>
      <p role="status">{says.sent(address)}</p>
      {'email' in known ? <PlayedMail /> : <PlayedTexts />}
      <CodeField says={says.code} value={code} change={setCode} />
      <Failed words={failed && whyOf(failed, says)} />
      <button type="submit" className={form.main} disabled={isBusy}>
        {says.ask}
      </button>
      <button type="button" className={form.other} onClick={back}>
        {says.other}
      </button>
    </form>
  )
}
