import { IconDownload, IconX } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import style from './viewer.module.css'

/** A picture over everything else; Esc or a click beside it goes back. */
export const Viewer = ({ url, says, close }: { url: string; says: string; close: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog
      ref={dialog}
      className={style.viewer}
      aria-label={says}
      onClose={close}
      onClick={() => dialog.current?.close()}
    >
      <img src={url} alt={says} />
      <span className={style.tools}>
        <a href={url} download aria-label="Save the photo" onClick={(event) => event.stopPropagation()}>
          <IconDownload size={20} stroke={1.8} />
        </a>
        <button type="button" aria-label="Close" onClick={() => dialog.current?.close()}>
          <IconX size={20} stroke={1.8} />
        </button>
      </span>
    </dialog>
  )
}
