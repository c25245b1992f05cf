import { IconPhone } from '@tabler/icons-react'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../live/calls.ts'
import { useDoing } from '../live/use-doing.ts'
import { Button } from '../parts/button.tsx'
import style from './thread.module.css'
import { Trouble } from './trouble.tsx'
import { usePanel } from './use-panel.ts'
import panel from './workflow.module.css'

export interface Line {
  id: string
  name: string
  address: string
}
interface Props {
  conversationId: string
  name: string
  /** The numbers that can call. */
  lines: readonly Line[]
}

/** Calls the person, by the telephone of whoever presses it. */
export const CallMenu = (props: Props) => {
  const [isOpen, setOpen] = useState(false)
  const says = `Call ${props.name}`
  return (
    <>
      <button
        type="button"
        className={style.iconButton}
        aria-label={says}
        aria-haspopup="dialog"
        aria-expanded={isOpen}
        data-tip={says}
        onClick={() => setOpen(!isOpen)}
      >
        <IconPhone size={18} stroke={1.7} />
      </button>
      {isOpen && <Panel {...props} close={() => setOpen(false)} />}
    </>
  )
}

const Panel = ({ conversationId, name, lines, close }: Props & { close: () => void }) => {
  const box = usePanel(close)
  const [channelId, setChannelId] = useState<string | null>(null)
  const { failed, isBusy, ...doing } = useDoing()
  const call = async () => {
    const by = channelId === null ? {} : { channelId }
    if (await doing.do(() => calls.call(conversationId, by))) close()
  }
  return (
    <div ref={box} className={panel.panel} role="dialog" aria-label={`Call ${name}`} tabIndex={-1}>
      <p>
        Your own telephone rings first, then the one of <bdi>{name}</bdi>, who sees the number of the business.
      </p>
      {lines.length > 1 && (
        <label className={panel.section}>
          <span className={panel.says}>From</span>
          <select value={channelId ?? ''} onChange={({ target }) => setChannelId(target.value || null)}>
            <option value="">The usual number</option>
            {lines.map((line) => (
              <option key={line.id} value={line.id}>
                {line.name}, {line.address}
              </option>
            ))}
          </select>
        </label>
      )}
      {failed && <Trouble error={failed} what="Nobody was called." />}
      {failed && 'code' in failed && failed.code === 'no_own_number' && (
        <Link to="/settings/account">Add your number</Link>
      )}
      <Button tone="main" disabled={isBusy} onClick={() => void call()}>
        Call now
      </Button>
    </div>
  )
}
