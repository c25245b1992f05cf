import { IconFile, IconX } from '@tabler/icons-react'
import { IconButton } from '../parts/button.tsx'
import { Player } from '../player/player.tsx'
import style from './composer.module.css'
import { type Attachment, filesMax } from './use-attachments.ts'

interface Props {
  files: Attachment[]
  leftOut: number
  remove: (key: string) => void
}

export const Attachments = ({ files, leftOut, remove }: Props) => {
  if (files.length === 0) return null
  return (
    <>
      <ul className={style.files} aria-label="Attached">
        {files.map((file) => (
          <li key={file.key} data-state={file.state}>
            <Look file={file} />
            <span>
              {!file.isVoice && <bdi>{file.name}</bdi>}
              {file.state === 'uploading' && <small role="status">on its way</small>}
              {file.why && <small role="alert">{file.why}</small>}
            </span>
            <IconButton says={`Take ${file.name} away`} onClick={() => remove(file.key)}>
              <IconX size={15} stroke={2} />
            </IconButton>
          </li>
        ))}
      </ul>
      {leftOut > 0 && (
        <p className={style.tooMany} role="status">
          {filesMax} files go with one answer: {leftOut === 1 ? 'one was' : `${leftOut} were`} left out.
        </p>
      )}
    </>
  )
}

const Look = ({ file: { preview, isVoice } }: { file: Attachment }) => {
  if (preview === null) return <IconFile size={20} stroke={1.6} aria-hidden="true" />
  return isVoice ? <Player url={preview} says="Your voice note" isVoice={false} /> : <img src={preview} alt="" />
}
