import { IconX } from '@tabler/icons-react'
import { useEffect, useRef } from 'react'
import { IconButton } from '../parts/button.tsx'
import { keys, letterKeys } from './keys.ts'
import style from './keys-sheet.module.css'
import { usePreference } from './preference.ts'

export const KeysSheet = ({ close }: { close: () => void }) => {
  const dialog = useRef<HTMLDialogElement>(null)
  const areOn = usePreference(letterKeys)
  useEffect(() => dialog.current?.showModal(), [])
  return (
    <dialog ref={dialog} className={style.sheet} aria-labelledby="keys" onClose={close}>
      <header>
        <h2 id="keys">Keys</h2>
        <IconButton says="Close" onClick={() => dialog.current?.close()}>
          <IconX size={18} stroke={1.8} />
        </IconButton>
      </header>
      <dl data-off={!areOn || undefined}>
        {keys.map(({ action, press, says, ...rest }) => (
          <div key={action}>
            <dt>
              {press.map((key, index) => (
                <span key={key}>
                  {index > 0 && <i>{'isSequence' in rest ? 'then' : 'or'}</i>}
                  <kbd>{key}</kbd>
                </span>
              ))}
            </dt>
            <dd>{says}</dd>
          </div>
        ))}
        <div>
          <dt>
            <kbd>Shift</kbd> <kbd>Enter</kbd>
          </dt>
          <dd>New line while writing; Enter sends</dd>
        </div>
      </dl>
      <label>
        <input type="checkbox" checked={areOn} onChange={(event) => letterKeys.set(event.target.checked)} />
        Single letters do something when nothing is being written
      </label>
    </dialog>
  )
}
