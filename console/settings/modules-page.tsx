import type { ModuleLine } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import style from './settings.module.css'
import { useBusinessRenewed, useModules } from './use-business.ts'

/** The parts of Careline that are in use here. */
export const ModulesPage = () => {
  useTitle('Modules')
  return (
    <div className={page.page}>
      <header>
        <h1>Modules</h1>
        <p className={page.none}>What was kept in one stays when it is switched off.</p>
      </header>
      <Modules />
    </div>
  )
}

/** The list alone. */
export const Modules = () => {
  const { data, error, refetch } = useModules()
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const items = data?.items ?? []
  const turn = ({ name, isOn }: ModuleLine) => {
    const on = items.filter((one) => (one.name === name ? !isOn : one.isOn)).map((one) => one.name)
    void doing.do(() => businesses.setModules(on, data?.rev ?? 0).finally(renewed))
  }
  return (
    <>
      {error && !data && <Trouble error={error} what="The modules cannot be read." again={() => void refetch()} />}
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      <ul className={style.rows} aria-label="Modules">
        {items.map((one) => (
          <li key={one.name} data-quiet={one.isOn ? undefined : true}>
            <span>
              <b>{one.words}</b>
              {one.isOn && <em>on</em>}
              <small>{one.says}</small>
              {one.lacks.map(({ why }) => (
                <small key={why}>{why}</small>
              ))}
            </span>
            <Button
              role="switch"
              aria-checked={one.isOn}
              aria-label={one.words}
              disabled={isBusy || one.lacks.length > 0}
              onClick={() => turn(one)}
            >
              {one.isOn ? 'Switch off' : 'Switch on'}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
