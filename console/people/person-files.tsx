import type { ExchangedFile } from '../../client/records.ts'
import { timesIn } from '../inbox/times.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { records } from '../live/records.ts'
import { useDoing } from '../live/use-doing.ts'
import { pagesQuery, usePages } from '../live/use-page.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { More } from '../parts/more.tsx'
import page from '../parts/page.module.css'
import style from './person.module.css'

const kinds: Record<ExchangedFile['kind'], string> = {
  image: 'Photo',
  video: 'Video',
  audio: 'Audio',
  voice: 'Voice message',
  document: 'Document',
  sticker: 'Sticker',
  attachment: 'File of a mail',
}

const filesQuery = (userId: string) => pagesQuery(['files', userId], (cursor) => records.files(userId, cursor))

/** Everything that was ever exchanged as a file, whatever the channel; the latest first. */
export const FilesPart = ({ userId }: { userId: string }) => {
  const found = usePages(filesQuery(userId))
  const files = found.pages?.flatMap(({ items }) => items) ?? []
  return (
    <section aria-labelledby="files" className={style.part}>
      <h2 id="files">Files</h2>
      {found.error && <Trouble error={found.error} what="The files cannot be read." again={found.again} />}
      {found.pages && files.length === 0 && <p className={page.none}>No files so far, in either direction.</p>}
      {files.length > 0 && (
        <ol className={style.list} aria-label="Files">
          {files.map((file, index) => (
            // A mail can have the same file twice.
            <One key={`${file.messageId}/${String(index)}`} file={file} />
          ))}
        </ol>
      )}
      <More found={found} says="Show older" />
    </section>
  )
}

function size(bytes: number) {
  return bytes < 1_000_000 ? `${String(Math.max(1, Math.round(bytes / 1_000)))} KB` : `${(bytes / 1e6).toFixed(1)} MB`
}

function standing({ fileId, lost }: ExchangedFile) {
  if (fileId !== null) return ''
  return lost === null ? 'on its way to us' : `could not be fetched: ${lost}`
}

const One = ({ file }: { file: ExchangedFile }) => {
  const { kind, name, fileId, sizeBytes, direction, at } = file
  const times = timesIn(useSession().workspace.timezone)
  const { failed, isBusy, ...doing } = useDoing()
  const called = name ?? kinds[kind]
  const fetchIt = (id: string) =>
    void doing.do(async () => {
      // The address is good for minutes, so it is asked for when somebody wants the file.
      const { url } = await api.files.link(id)
      const link = Object.assign(document.createElement('a'), { href: url, download: name ?? '', rel: 'noreferrer' })
      link.click()
    })
  const says = [
    name !== null && kinds[kind],
    direction === 'in' ? 'from them' : 'from us',
    sizeBytes !== null && size(sizeBytes),
    standing(file),
  ]
  return (
    <li>
      <span>
        <b>
          <bdi>{called}</bdi>
        </b>
        <small>{says.filter(Boolean).join(' · ')}</small>
      </span>
      <small className="figures">
        <time dateTime={at}>{times.full(at)}</time>
      </small>
      {fileId !== null && (
        <Button
          tone="quiet"
          aria-label={`Fetch ${called}, ${times.full(at)}`}
          disabled={isBusy}
          onClick={() => fetchIt(fileId)}
        >
          Fetch
        </Button>
      )}
      {failed && <Trouble error={failed} what="It could not be fetched." />}
    </li>
  )
}
