import { Sheet } from '../parts/sheet.tsx'
import { keys, letterKeys } from './keys.ts'
import style from './keys-sheet.module.css'
import { usePreference } from './preference.ts'

export const KeysSheet = ({ close }: { close: () => void }) => {
  const areOn = usePreference(letterKeys)
  return (
    <Sheet title="Keys" className={style.sheet} close={close}>
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
    </Sheet>
  )
}
