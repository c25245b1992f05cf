import { Menu } from '@mantine/core'
import { useState } from 'react'
import { tools } from '../live/tools.ts'
import { useDoing } from '../live/use-doing.ts'
import { OpenedMenu } from '../parts/opened-menu.tsx'
import { MacroButton } from './macro-button.tsx'
import { useOfferedMacros } from './use-tools.ts'

interface Props {
  conversationId: string
  isOpen: boolean
  toggle: (isOpen: boolean) => void
}

/** Several things at once with this conversation; what could not be done is said. */
export const MacroMenu = ({ conversationId, isOpen, toggle }: Props) => {
  const macros = useOfferedMacros()
  const [refused, setRefused] = useState<string | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  const run = (id: string, name: string) =>
    void doing.do(async () => {
      const [item] = (await tools.runMacro(id, [conversationId])).items
      const problem = item?.outcomes.find(({ outcome }) => outcome === 'refused')
      const left = item?.outcomes.filter(({ outcome }) => outcome === 'skipped').length ?? 0
      const rest = left > 0 ? ` ${String(left)} more not done.` : ''
      setRefused(problem ? `${name}: ${problem.title ?? ''}${rest}` : null)
    })
  return (
    <>
      <OpenedMenu isOpen={isOpen} toggle={toggle} position="bottom-end">
        <Menu.Target>
          <MacroButton disabled={isBusy} />
        </Menu.Target>
        <Menu.Dropdown aria-label="Run a macro">
          {macros.data?.map(({ id, name }) => (
            <Menu.Item key={id} onClick={() => run(id, name)}>
              <bdi>{name}</bdi>
            </Menu.Item>
          ))}
          {macros.data?.length === 0 && <Menu.Label>No macros yet: settings have a page for them.</Menu.Label>}
        </Menu.Dropdown>
      </OpenedMenu>
      {(refused ?? failed) && <span role="alert">{refused ?? failed?.message}</span>}
    </>
  )
}
