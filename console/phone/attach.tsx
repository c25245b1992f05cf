import {
  IconChartBar,
  IconFile,
  IconMapPin,
  IconMicrophone,
  IconPhoto,
  IconUpload,
  IconUser,
} from '@tabler/icons-react'
import { useRef } from 'react'
import style from './chat.module.css'
import type { Act } from './phone-api.ts'

const samples: { name: string; icon: typeof IconFile; act: Act }[] = [
  { name: 'Photo', icon: IconPhoto, act: { kind: 'image', sample: 'image', caption: 'This is the form' } },
  { name: 'Voice note', icon: IconMicrophone, act: { kind: 'voice', sample: 'voice' } },
  { name: 'Document', icon: IconFile, act: { kind: 'document', sample: 'document' } },
  {
    name: 'Location',
    icon: IconMapPin,
    act: {
      kind: 'location',
      latitude: 33.5731,
      longitude: -7.5898,
      name: 'Café Clock',
      address: 'Boulevard Mohammed V, Casablanca',
    },
  },
  {
    name: 'Contact',
    icon: IconUser,
    act: { kind: 'contacts', contacts: [{ name: 'Dr. Nadia Haddad', phones: ['+212 5 22 00 11 22'] }] },
  },
  { name: 'A poll', icon: IconChartBar, act: { kind: 'unsupported', what: 'poll' } },
]

export const kindOf = (mime: string) => {
  const [family] = mime.split('/')
  return family === 'image' || family === 'video' || family === 'audio' ? family : 'document'
}

async function base64(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer())
  let letters = ''
  for (const byte of bytes) letters += String.fromCharCode(byte)
  return btoa(letters)
}

export const Attach = ({ act, close }: { act: (what: Act) => Promise<boolean>; close: () => void }) => {
  const own = useRef<HTMLInputElement>(null)
  const send = (what: Act) => {
    close()
    void act(what)
  }
  const sendOwn = async (file: File | undefined) => {
    if (!file) return
    const mime = file.type || 'application/octet-stream'
    send({ kind: kindOf(mime), base64: await base64(file), mime, fileName: file.name })
  }
  return (
    <div className={style.attach} role="group" aria-label="Attach">
      {samples.map(({ name, icon: Icon, act: what }) => (
        <button key={name} type="button" onClick={() => send(what)}>
          <Icon size={18} stroke={1.7} aria-hidden="true" />
          {name}
        </button>
      ))}
      <button type="button" onClick={() => own.current?.click()}>
        <IconUpload size={18} stroke={1.7} aria-hidden="true" />
        Own file
      </button>
      <input
        ref={own}
        type="file"
        hidden
        aria-label="Own file"
        onChange={(event) => void sendOwn(event.target.files?.[0])}
      />
    </div>
  )
}
