import { IconFile, IconX } from '@tabler/icons-react'
import { IconButton } from '../parts/button.tsx'
import style from './composer.module.css'
import type { Attachment } from './use-attachments.ts'

interface Props {
  files: Attachment[]
  remove: (key: string) => void
}

export const Attachments = ({ files, remove }: Props) => {
  if (files.length === 0) return null
  return (
    <ul className={style.files} aria-label="Attached">
      {files.map((file) => (
        <li key={file.key} data-state={file.state}>
          {file.preview ? <img src={file.preview} alt="" /> : <IconFile size={20} stroke={1.6} aria-hidden="true" />}
          <span>
            <bdi>{file.name}</bdi>
            {file.state === 'uploading' && <small role="status">on its way</small>}
            {file.why && <small role="alert">{file.why}</small>}
          </span>
          <IconButton says={`Take ${file.name} away`} onClick={() => remove(file.key)}>
            <IconX size={15} stroke={2} />
          </IconButton>
        </li>
      ))}
    </ul>
  )
}
