import { IconPaperclip, IconSend2 } from '@tabler/icons-react'
import { useRef, useState, type FormEvent } from 'react'
import type { Client } from '../../client/connect.ts'
import type { OwnApi } from '../../client/own.ts'
import { useDoing } from '../live/use-doing.ts'
import { kindOf } from './attach.tsx'
import style from './chat.module.css'

interface Props {
  name: string
  api: OwnApi
  client: Client
  conversationId: string
}

/** What is written waits in the outbox where there is no network; a file is brought first. */
export const AppWrite = ({ name, api, client, conversationId }: Props) => {
  const [text, setText] = useState('')
  const { failed, isBusy, ...doing } = useDoing()
  const change = (words: string) => {
    setText(words)
    client.typing(conversationId, words !== '')
  }
  const send = (event: FormEvent) => {
    event.preventDefault()
    const words = text.trim()
    if (words === '') return
    change('')
    // A refusal stands in the thread, where it can be tried again.
    void client.command('own_message.send', { content: { kind: 'text', text: words } }).catch(() => undefined)
  }
  const bring = (file: File | undefined) => {
    if (!file) return
    void doing.do(async () => {
      const { fileId, mime } = await api.upload(file, { mime: file.type, name: file.name })
      const content = { kind: kindOf(mime), mime, fileId, fileName: file.name } as const
      void client.command('own_message.send', { content }).catch(() => undefined)
    })
  }
  return (
    <>
      {(failed || isBusy) && (
        <p className={style.failed} role={failed ? 'alert' : 'status'}>
          {failed ? failed.message : 'Bringing the file …'}
        </p>
      )}
      <form className={style.write} onSubmit={send}>
        <Attach name={name} bring={bring} />
        <input
          value={text}
          dir="auto"
          maxLength={4_096}
          onChange={({ target }) => change(target.value)}
          placeholder="Message"
          aria-label={`Message on phone ${name}`}
        />
        <button type="submit" aria-label={`Send on phone ${name}`}>
          <IconSend2 className="turns" size={18} stroke={1.9} />
        </button>
      </form>
    </>
  )
}

const Attach = ({ name, bring }: { name: string; bring: (file: File | undefined) => void }) => {
  const files = useRef<HTMLInputElement>(null)
  return (
    <>
      <button
        type="button"
        className={style.clip}
        aria-label={`Attach on phone ${name}`}
        onClick={() => files.current?.click()}
      >
        <IconPaperclip size={18} stroke={1.9} />
      </button>
      <input
        ref={files}
        type="file"
        hidden
        aria-label={`File on phone ${name}`}
        onChange={({ target }) => {
          bring(target.files?.[0])
          target.value = ''
        }}
      />
    </>
  )
}
