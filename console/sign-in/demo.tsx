import { IconDeviceMobile } from '@tabler/icons-react'
import type { DemoPeople } from '../../client/sign-in.ts'
import { api } from '../live/careline.ts'
import { Failed } from './failed.tsx'
import style from './sign-in.module.css'
import { useSignIn, useWays } from './use-sign-in.ts'

/** Whoever tries Careline out comes in by a press, as one after the other; nothing where there is no demo. */
export const Demo = () => {
  const demo = useWays().data?.demo
  return demo ? <People {...demo} /> : null
}

const People = ({ business, members, phoneKey }: DemoPeople) => {
  const { failed, isBusy, run } = useSignIn()
  return (
    <section className={style.demo} aria-labelledby="demo">
      <h2 id="demo">Try the demo: {business}</h2>
      <ul>
        {members.map(({ id, name, role }) => (
          <li key={id}>
            <button type="button" disabled={isBusy} onClick={() => void run(() => api.asDemo(id))}>
              <bdi>{name}</bdi> <span>{role}</span>
            </button>
          </li>
        ))}
      </ul>
      <Failed words={failed} />
      <a href={`/phone?key=${phoneKey}`} target="_blank" rel="noreferrer">
        <IconDeviceMobile size={16} aria-hidden />
        The phones of its clients, in a window beside it
      </a>
    </section>
  )
}
