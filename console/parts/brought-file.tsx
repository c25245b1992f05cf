import { useId, useRef, useState, type ChangeEvent } from 'react'
import { ApiProblem } from '../../client/problem.ts'
import { fileFormats, type FileFormat, sampleTypes } from '../../kernel/template-kinds.ts'
import { api } from '../live/careline.ts'
import { aboveWords } from './above-words.ts'
import { Button } from './button.tsx'
import style from './brought-file.module.css'

/** A file that the server has by now. */
export interface Brought {
  fileId: string
  mime: string
  sizeBytes?: number | undefined
  fileName?: string | undefined
}

export const isFileFormat = (format: string): format is FileFormat =>
  (fileFormats as readonly string[]).includes(format)

/** WhatsApp carries more documents than its reviewers look at. */
const sentTypes = {
  image: sampleTypes.image.join(),
  video: 'video/mp4,video/3gpp',
  document: 'application/pdf,text/plain,.doc,.docx,.xls,.xlsx,.ppt,.pptx',
} as const

interface Props {
  format: FileFormat
  /** `template`: what reviewers are shown. `message`: what goes to one person. */
  purpose: 'template' | 'message'
  file: Brought | undefined
  change: (file: Brought) => void
}

/** The file above the words of a template: one is chosen, and is at the server when `change` is called. */
export const BroughtFile = ({ format, purpose, file, change }: Props) => {
  const [state, setState] = useState<{ isBusy: boolean; why: string }>({ isBusy: false, why: '' })
  const says = useId()
  const picker = useRef<HTMLInputElement>(null)
  const bring = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = target.files ?? []
    target.value = ''
    if (!chosen) return
    setState({ isBusy: true, why: '' })
    try {
      const brought = await api.files.upload(chosen, { mime: chosen.type, name: chosen.name, purpose })
      change({ ...brought, fileName: chosen.name.slice(0, 240) })
      setState({ isBusy: false, why: '' })
    } catch (error) {
      setState({ isBusy: false, why: error instanceof ApiProblem ? error.title : 'This file cannot be read.' })
    }
  }
  const what = `${aboveWords[format]} above the words`
  return (
    <div className={style.file}>
      <span>{what}</span>
      <Button aria-describedby={says} disabled={state.isBusy} onClick={() => picker.current?.click()}>
        {file ? 'Choose another' : 'Choose a file'}
      </Button>
      <input
        ref={picker}
        type="file"
        hidden
        accept={purpose === 'template' ? sampleTypes[format].join() : sentTypes[format]}
        aria-label={what}
        onChange={(event) => void bring(event)}
      />
      <span id={says} role="status" className={style.says}>
        {state.isBusy && 'On its way …'}
        {!state.isBusy && state.why === '' && file && (
          <>
            Chosen: <bdi>{file.fileName ?? aboveWords[format]}</bdi>
          </>
        )}
      </span>
      {state.why !== '' && <span role="alert">{state.why}</span>}
    </div>
  )
}
