import { IconAlertTriangle, IconMail, IconPhoto, IconRobot } from '@tabler/icons-react'
import { useState } from 'react'
import type { Content } from '../../../client/wire.ts'
import { written } from '../../../kernel/mail.ts'
import { Media } from './media.tsx'
import style from './mail.module.css'
import { useFile } from './use-file.ts'
import { Words } from './words.tsx'

type MailContent = Extract<Content, { kind: 'email' }>
type Party = NonNullable<MailContent['from']>
type MailFile = NonNullable<MailContent['files']>[number]

/** A mail: what is new in it first, all of it for whoever asks. An answer of ours has no subject but its thread's. */
export const Mail = ({ content }: { content: MailContent }) => {
  const [isWhole, setWhole] = useState(false)
  const { subject, text, whole, htmlId, files = [] } = content
  const hasMore = htmlId !== undefined || whole !== undefined
  return (
    <div className={style.mail}>
      {(subject || content.from) && (
        <p className={style.subject}>
          <IconMail size={15} stroke={1.9} aria-hidden="true" />
          <b dir="auto">{subject || 'No subject'}</b>
        </p>
      )}
      <Remark content={content} />
      <Parties content={content} />
      <Copied content={content} />
      {isWhole && htmlId ? <Page fileId={htmlId} content={content} /> : <Words text={(isWhole && whole) || text} />}
      {hasMore && (
        <button type="button" className={style.more} aria-expanded={isWhole} onClick={() => setWhole(!isWhole)}>
          {isWhole ? 'Show what is new' : 'Show all'}
        </button>
      )}
      <Files files={files.filter(({ contentId }) => contentId === undefined)} />
    </div>
  )
}

const Remark = ({ content: { trust, nature } }: { content: MailContent }) => (
  <>
    {trust === 'failed' && (
      <p className={style.remark} data-alarm>
        <IconAlertTriangle size={15} stroke={1.9} aria-hidden="true" />
        The sender’s address may be forged. No machine answers this mail.
      </p>
    )}
    {nature !== undefined && nature !== 'person' && (
      <p className={style.remark}>
        <IconRobot size={15} stroke={1.9} aria-hidden="true" />
        {nature === 'auto_reply' ? 'An automatic answer.' : 'Sent to many.'}
      </p>
    )}
  </>
)

const Parties = ({ content: { from, to, cc, bcc } }: { content: MailContent }) => {
  const lines = [
    { says: 'From', parties: from ? [from] : [] },
    { says: 'To', parties: to ?? [] },
    { says: 'Copy', parties: cc ?? [] },
    { says: 'Blind copy', parties: bcc ?? [] },
  ].filter(({ parties }) => parties.length > 0)
  if (lines.length === 0) return null
  return (
    <details className={style.parties}>
      <summary>{from ? written([from]) : 'Addresses'}</summary>
      <dl>
        {lines.map(({ says, parties }) => (
          <div key={says}>
            <dt>{says}</dt>
            <dd>{written(parties)}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

/** Who else has it stands in sight: an answer may be read by all of them. */
const Copied = ({ content: { cc = [], bcc = [] } }: { content: MailContent }) => (
  <>
    {cc.length > 0 && <p className={style.copied}>Copy to {some(cc)}</p>}
    {bcc.length > 0 && <p className={style.copied}>Blind copy to {some(bcc)}</p>}
  </>
)

const shownMax = 3

function some(parties: readonly Party[]) {
  const names = parties.slice(0, shownMax).map(({ name, address }) => name || address)
  const more = parties.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${String(more)} more` : ''}`
}

/** Its HTML, in a frame in which nothing runs; images of elsewhere load when somebody asks for them. */
const Page = ({ fileId, content }: { fileId: string; content: MailContent }) => {
  const { url, error, again } = useFile(fileId)
  const [hasImages, setImages] = useState(false)
  if (error)
    return (
      <p className={style.remark}>
        This mail cannot be shown now.{' '}
        <button type="button" className={style.more} onClick={again}>
          Try again
        </button>
      </p>
    )
  return (
    <>
      {content.hasRemoteImages && !hasImages && (
        <p className={style.remark}>
          <IconPhoto size={15} stroke={1.9} aria-hidden="true" />
          Images of other servers are not loaded: they would tell that you read this.{' '}
          <button type="button" className={style.more} onClick={() => setImages(true)}>
            Load images
          </button>
        </p>
      )}
      {url && (
        <iframe
          className={style.page}
          src={`${url}/mail${hasImages ? '?images=yes' : ''}`}
          title={`Mail: ${content.subject || 'no subject'}`}
          sandbox="allow-popups allow-popups-to-escape-sandbox"
          referrerPolicy="no-referrer"
        />
      )}
    </>
  )
}

const Files = ({ files }: { files: readonly MailFile[] }) =>
  files.length === 0 ? null : (
    <ul className={style.files} aria-label="Attachments">
      {files.map(({ fileId, fileName, mime, sizeBytes }) => (
        <li key={fileId}>
          <Media
            content={{
              kind: /^image\/(png|jpeg|webp|gif)$/.test(mime) ? 'image' : 'document',
              ...{ fileId, mime, sizeBytes },
              ...(fileName !== undefined && { fileName }),
            }}
          />
        </li>
      ))}
    </ul>
  )
