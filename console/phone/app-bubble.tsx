import { IconAlertCircle, IconCheck, IconChecks, IconClock } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { OutboxEntry } from '../../client/outbox-storage.ts'
import type { OwnApi } from '../../client/own.ts'
import type { OwnMessage } from '../../client/wire.ts'
import style from './chat.module.css'
import { ChatContent, type File, ShownFile } from './chat-content.tsx'
import page from './phone.module.css'
import { said } from './said.ts'

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })

interface Props {
  name: string
  api: OwnApi
  message: OwnMessage
  repliesTo: OwnMessage | undefined
  /** Of what they wrote: somebody of the business has seen it. */
  isSeen: boolean
  choose: (id: string) => void
}

const wordsOf = ({ content, deletedAt }: OwnMessage) => said({ content, deleted: deletedAt !== null })

export const AppBubble = ({ name, api, message, repliesTo, isSeen, choose }: Props) => {
  const { content, direction, reactions, deletedAt, editedAt, at } = message
  const isMine = direction === 'in'
  const given = [reactions.person, reactions.staff].filter((emoji) => emoji)
  const Tick = isSeen ? IconChecks : IconCheck
  return (
    <li className={style.line} data-plain data-mine={isMine || undefined}>
      <div className={style.bubble} data-kind={content.kind}>
        <span className="unseen">{isMine ? 'You: ' : 'The business: '}</span>
        {repliesTo && <p className={style.quote}>{wordsOf(repliesTo)}</p>}
        {deletedAt === null ? (
          <ChatContent
            content={content}
            says={wordsOf(message)}
            answer={choose}
            file={(file) => <OwnFile name={name} api={api} messageId={message._id} file={file} />}
          />
        ) : (
          <i className={style.gone}>This message was deleted</i>
        )}
        <span className={style.time}>
          {editedAt !== null && deletedAt === null && <span>edited</span>}
          <time className="figures" dateTime={at}>
            {clock.format(new Date(at))}
          </time>
          {isMine && (
            <span className={style.tick} data-tick={isSeen ? 'read' : 'sent'}>
              <Tick size={15} stroke={2} aria-hidden="true" />
              <span className="unseen">{isSeen ? 'Seen' : 'Sent'}</span>
            </span>
          )}
        </span>
        {given.length > 0 && (
          <span className={style.reaction}>
            <span className="unseen">Reactions: </span>
            {given.join(' ')}
          </span>
        )}
      </div>
    </li>
  )
}

/** Its address is good for ten minutes. */
const OwnFile = ({ name, api, messageId, file }: Pick<Props, 'name' | 'api'> & { messageId: string; file: File }) => {
  const { fileId = '' } = file
  const { data, error } = useQuery({
    queryKey: ['own-file', name, messageId, fileId],
    queryFn: () => api.link(messageId, fileId),
    enabled: fileId !== '',
    staleTime: 9 * 60_000,
  })
  if (data) return <ShownFile content={file} address={data.url} />
  return <span className={style.file}>{error ? error.message : (file.fileName ?? 'A file')}</span>
}

interface UnsentProps {
  entry: OutboxEntry & { text: string }
  again: () => void
  giveUp: () => void
}

/** On its way, or refused. */
export const UnsentBubble = ({ entry: { text, state, error }, again, giveUp }: UnsentProps) => (
  <li className={style.line} data-plain data-mine>
    <div className={style.bubble}>
      <span className="unseen">You: </span>
      <span className={style.words} dir="auto">
        {text}
      </span>
      {state === 'refused' && (
        <span role="alert">
          <br />
          {error?.title}{' '}
          <button type="button" className={page.again} onClick={again}>
            Try again
          </button>
          <button type="button" className={page.again} onClick={giveUp}>
            Leave it
          </button>
        </span>
      )}
      <span className={style.time}>
        <span className={style.tick} data-tick={state === 'refused' ? 'failed' : 'sent'}>
          {state === 'refused' ? (
            <IconAlertCircle size={15} stroke={2} aria-hidden="true" />
          ) : (
            <IconClock size={14} stroke={2} aria-hidden="true" />
          )}
          <span className="unseen">{state === 'refused' ? 'Not sent' : 'Waits to be sent'}</span>
        </span>
      </span>
    </div>
  </li>
)
