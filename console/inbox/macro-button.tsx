import { IconBolt } from '@tabler/icons-react'
import type { ComponentProps } from 'react'
import style from './thread.module.css'

export const MacroButton = (props: ComponentProps<'button'>) => (
  <button
    type="button"
    {...props}
    className={style.iconButton}
    aria-haspopup="menu"
    aria-label="Run a macro"
    data-tip="Run a macro"
    data-tip-key="M"
  >
    <IconBolt size={18} stroke={1.7} aria-hidden="true" />
  </button>
)
