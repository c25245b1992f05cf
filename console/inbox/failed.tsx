import { IconRefresh } from '@tabler/icons-react'
import type { Message } from '../../client/wire.ts'
import { outcomeUnknown } from '../../kernel/delivery.ts'
import { useCommand } from '../live/use-command.ts'
import { Button } from '../parts/button.tsx'
import style from './bubble.module.css'

/** Why a message did not get there, in the provider's own words, and the way to try again. */
export const Failed = ({ message: { _id: messageId, status, error } }: { message: Message }) => {
  const retry = useCommand('message.retry')
  if (status !== 'failed') return null
  return (
    <div className={style.failed} role="group" aria-label="Not delivered">
      <Why error={error} />
      <Button tone="urgent" disabled={retry.isWaiting} onClick={() => retry.run({ messageId })}>
        <IconRefresh size={14} stroke={2} aria-hidden="true" />
        {retry.isWaiting ? 'Trying' : 'Try again'}
      </Button>
      {retry.error && <p role="alert">{retry.error.title}</p>}
    </div>
  )
}

const Why = ({ error }: Pick<Message, 'error'>) => {
  if (!error) return <p>Not delivered, and no reason was given.</p>
  const isUnknown = error.code === outcomeUnknown
  return (
    <p>
      <b>{isUnknown ? 'Perhaps not delivered.' : 'Not delivered.'}</b> {error.title.replace(/[.\s]*$/, '')}
      {error.providerCode !== null && <span className="figures"> ({error.providerCode})</span>}.
      {!error.retryable && !isUnknown && <span> Trying again alone will hardly help.</span>}
    </p>
  )
}
