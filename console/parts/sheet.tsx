import { IconX } from '@tabler/icons-react'
import { type ReactNode, useEffect, useRef } from 'react'
import { IconButton } from './button.tsx'
import style from './sheet.module.css'

/** A dialog over the page, there while it is drawn. Esc and its button leave it. */
export const Sheet = ({
  title,
  className = '',
  close,
  children,
}: {
  title: string
  className?: string | undefined
  close(): void
  children: ReactNode
}) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className={`${style.sheet ?? ''} ${className}`} aria-label={title} onClose={close}>
      <header>
        <h2>{title}</h2>
        <IconButton says="Close" onClick={() => dialog.current?.close()}>
          <IconX size={18} stroke={1.8} />
        </IconButton>
      </header>
      {children}
    </dialog>
  )
}
