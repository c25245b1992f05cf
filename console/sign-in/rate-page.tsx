import { useParams } from '@tanstack/react-router'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { workflow } from '../live/workflow.ts'
import { useDoing } from '../live/use-doing.ts'
import { Card } from './card.tsx'
import { rateWordsIn } from './rate-words.ts'
import style from './rate.module.css'
import form from './sign-in.module.css'

const askedAt = (token: string) =>
  queryOptions({ queryKey: ['rating', token], queryFn: () => workflow.askedRating(token), retry: false })

/** Where somebody who was looked after says how content they were; whoever has the link, once. */
export const RatePage = () => {
  const { token } = useParams({ from: '/rate/$token' })
  const { data, error, refetch } = useQuery(askedAt(token))
  const says = rateWordsIn(data?.language ?? navigator.language)
  const { language } = says
  return (
    <Card title={data?.business ?? 'Careline'}>
      <section className={form.form} lang={language} dir={language === 'ar' ? 'rtl' : 'ltr'}>
        <h1>{says.title}</h1>
        {error && <p role="alert">{says.gone}</p>}
        {data?.score === null && <Ask token={token} business={data.business} says={says} done={() => void refetch()} />}
        {data && data.score !== null && (
          <p role="status">
            <span aria-hidden="true">{'★'.repeat(data.score)} </span>
            {says.thanks}
          </p>
        )}
      </section>
    </Card>
  )
}

interface AskProps {
  token: string
  business: string
  says: ReturnType<typeof rateWordsIn>
  done: () => void
}

const Ask = ({ token, business, says, done }: AskProps) => {
  const [score, setScore] = useState(0)
  const [comment, setComment] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const send = () => {
    const words = comment.trim()
    void doing.do(() => workflow.rate(token, { score, ...(words !== '' && { comment: words }) }).then(done))
  }
  return (
    <>
      <fieldset className={style.stars}>
        <legend>{says.asks(business)}</legend>
        {says.stars.map((word, index) => (
          <label key={word} data-on={index < score || undefined}>
            <input type="radio" name="score" checked={score === index + 1} onChange={() => setScore(index + 1)} />
            <span aria-hidden="true">★</span>
            <span className="unseen">{word}</span>
          </label>
        ))}
      </fieldset>
      <p className={style.word} role="status">
        {says.stars[score - 1] ?? ''}
      </p>
      <label>
        {says.comment}
        <textarea
          className={style.comment}
          rows={3}
          dir="auto"
          maxLength={2_000}
          value={comment}
          onChange={({ target }) => setComment(target.value)}
        />
      </label>
      {failed && (
        <p className={form.failed} role="alert">
          {says.failed}
        </p>
      )}
      <button type="button" className={form.main} disabled={score === 0 || isBusy} onClick={send}>
        {says.send}
      </button>
    </>
  )
}
