import '@mantine/core/styles/UnstyledButton.css'
import '@mantine/core/styles/Paper.css'
import '@mantine/core/styles/Popover.css'
import '@mantine/core/styles/Menu.css'
import style from './menu.module.css'

/** What every menu of the console looks like. */
export const menuLooks = {
  radius: 14,
  shadow: 'md',
  classNames: { dropdown: style.dropdown ?? '', item: style.item ?? '' },
} as const
