import { IconClockHour4, IconMapPin, IconMicrophone, IconPaperclip, IconSend2 } from '@tabler/icons-react'
import { type ReactNode, useRef } from 'react'
import { IconButton } from '../parts/button.tsx'
import style from './composer.module.css'
import { accepted } from './use-attachments.ts'

interface Props {
  isNote: boolean
  /** Enter alone does not send. */
  isLong: boolean
  canSend: boolean
  attach: (files: Iterable<File>) => void
  send: () => void
  isLater: boolean
  later: () => void
  sharing: Panel
  speaking: Panel
}

/** What opens under the field. */
interface Panel {
  canBe: boolean
  isOpen: boolean
  toggle: () => void
}

const modifier = /mac|iphone|ipad/i.test(navigator.userAgent) ? '⌘' : 'Ctrl'

export const Tools = ({ isNote, isLong, canSend, attach, send, isLater, later, sharing, speaking }: Props) => {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <div className={style.tools}>
      {!isNote && (
        <>
          <IconButton
            says="Attach a file or a picture"
            data-tip="Attach a file or a picture"
            onClick={() => picker.current?.click()}
          >
            <IconPaperclip size={18} stroke={1.7} />
          </IconButton>
          <input
            ref={picker}
            type="file"
            hidden
            multiple
            accept={accepted}
            aria-label="Files to attach"
            onChange={(event) => {
              attach(event.target.files ?? [])
              event.target.value = ''
            }}
          />
        </>
      )}
      {!isNote && (
        <>
          <Opens says="Record a voice note" panel={speaking}>
            <IconMicrophone size={18} stroke={1.7} />
          </Opens>
          <Opens says="Share a contact or a place" panel={sharing}>
            <IconMapPin size={18} stroke={1.7} />
          </Opens>
        </>
      )}
      {!isNote && (
        <IconButton says="Send later" data-tip="Send later" aria-expanded={isLater} disabled={!canSend} onClick={later}>
          <IconClockHour4 size={18} stroke={1.7} />
        </IconButton>
      )}
      <span className={style.hint}>
        {isLong && <kbd>{modifier}</kbd>} <kbd>⏎</kbd> send
      </span>
      <button type="button" className={style.send} disabled={!canSend} onClick={send}>
        <IconSend2 className="turns" size={16} stroke={1.9} aria-hidden="true" />
        {isNote ? 'Add note' : 'Send'}
      </button>
    </div>
  )
}

const Opens = ({ says, panel, children }: { says: string; panel: Panel; children: ReactNode }) =>
  panel.canBe && (
    <IconButton says={says} data-tip={says} aria-expanded={panel.isOpen} onClick={panel.toggle}>
      {children}
    </IconButton>
  )
