import { useState } from 'react'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { useBusinessRenewed, usePresets } from '../settings/use-business.ts'
import style from './onboarding.module.css'

/** What such a business usually begins with, put in by a press; what is set already stays. */
export const Presets = () => {
  const { data } = usePresets()
  const [placed, setPlaced] = useState<number | null>(null)
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const apply = (name: string) =>
    void doing.do(async () => {
      const { placed: things } = await businesses.applyPreset(name)
      setPlaced(things.length)
      await renewed()
    })
  return (
    <fieldset className={style.presets}>
      <legend>Begin with what is usual for a … (if you like)</legend>
      {data?.items.map(({ name, words, says }) => (
        <button key={name} type="button" disabled={isBusy} onClick={() => apply(name)}>
          <b>{words}</b>
          <small>{says}</small>
        </button>
      ))}
      <p role="status">{placed !== null && saysOf(placed)}</p>
      {failed && <Trouble error={failed} what="Nothing was put in." />}
    </fieldset>
  )
}

const saysOf = (placed: number) =>
  placed === 0
    ? 'All of it is there already.'
    : 'Hours, services, modules and teams are there. Everything can be changed.'
