import '@mantine/core/styles/UnstyledButton.css'
import '@mantine/core/styles/Paper.css'
import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Menu.css'
import { MantineProvider, Menu } from '@mantine/core'
import { type ReactNode, useEffect, useState } from 'react'
import { useScheme } from '../theme/scheme.ts'
import { theme } from '../theme/theme.ts'
import style from './menu.module.css'

interface Props {
  isOpen: boolean
  toggle: (isOpen: boolean) => void
  position: 'bottom-end' | 'right-end'
  children: ReactNode
}

const classNames = { dropdown: style.dropdown ?? '', item: style.item ?? '' }

/**
 * What every menu of the console looks like. Nothing else is made of Mantine's parts, so what they need comes with the
 * first menu that somebody opens, and no page waits for it.
 */
export const OpenedMenu = ({ isOpen, toggle, position, children }: Props) => (
  <MantineProvider theme={theme} forceColorScheme={useScheme()} withCssVariables={false} withGlobalClasses={false}>
    <Menu
      opened={isOpen}
      onChange={toggle}
      position={position}
      width={232}
      radius={14}
      shadow="md"
      classNames={classNames}
    >
      {children}
    </Menu>
    {isOpen && <GivesBack />}
  </MantineProvider>
)

/** Who opened it by a key stands, once it is closed, where they stood before; the menu itself knows only its button. */
const GivesBack = () => {
  const [before] = useState(() => document.activeElement)
  useEffect(
    () => () => {
      requestAnimationFrame(() => {
        if (document.activeElement === document.body && before instanceof HTMLElement) before.focus()
      })
    },
    [before],
  )
  return null
}
