import { useState } from 'react'
import type { Above, Brings, TemplateContent } from '../../kernel/template-text.ts'
import type { FileFormat } from '../../kernel/template-kinds.ts'
import { type Brought, BroughtFile } from '../parts/brought-file.tsx'
import { placeIn } from './place.ts'

interface Props {
  above: Above
  /** The file that its reviewers saw goes as well, unless another is chosen. */
  own: Brought | undefined
  /** Undefined while it is not whole. */
  change: (brings: Brings | undefined) => void
}

/** What stands above the words of a template, of which each message brings its own. */
export const TemplateAbove = ({ above, own, change }: Props) => {
  if (above === 'location') return <SomePlace change={change} />
  if (above === 'product') return <SomeProduct change={change} />
  return <SomeFile format={above} own={own} change={change} />
}

const SomeFile = ({ format, own, change }: Omit<Props, 'above'> & { format: FileFormat }) => {
  const [file, setFile] = useState(own)
  const bring = (brought: Brought) => {
    setFile(brought)
    change({ file: { kind: format, ...brought } })
  }
  return <BroughtFile format={format} purpose="message" file={file} change={bring} />
}

const SomePlace = ({ change }: Pick<Props, 'change'>) => {
  const [said, setSaid] = useState({ name: '', address: '', link: '' })
  const place = placeIn(said.link)
  const isWrong = said.link.trim() !== '' && place === undefined
  const say = (part: Partial<typeof said>) => {
    const next = { ...said, ...part }
    setSaid(next)
    change(locationOf(next))
  }
  return (
    <>
      <label>
        What the place is called
        <input
          required
          dir="auto"
          maxLength={1_000}
          value={said.name}
          onChange={(event) => say({ name: event.target.value })}
        />
      </label>
      <label>
        Its address
        <input
          required
          dir="auto"
          maxLength={1_000}
          value={said.address}
          onChange={(event) => say({ address: event.target.value })}
        />
      </label>
      <label>
        Link to a map, or coordinates
        <input
          required
          dir="ltr"
          maxLength={2_000}
          placeholder="48.1371, 11.5754"
          value={said.link}
          aria-invalid={isWrong || undefined}
          onChange={(event) => say({ link: event.target.value })}
        />
      </label>
      {isWrong && <p role="alert">No place can be read from this. Two numbers are enough: 48.1371, 11.5754.</p>}
    </>
  )
}

/** Meta takes a place only with both its names. */
function locationOf({ name, address, link }: { name: string; address: string; link: string }): Brings | undefined {
  const place = placeIn(link)
  const [called, where] = [name.trim(), address.trim()]
  return place && called !== '' && where !== '' ? { location: { ...place, name: called, address: where } } : undefined
}

const SomeProduct = ({ change }: Pick<Props, 'change'>) => {
  const [said, setSaid] = useState<NonNullable<TemplateContent['product']>>({ id: '', catalogId: '' })
  const say = (part: Partial<typeof said>) => {
    const next = { ...said, ...part }
    setSaid(next)
    const isWhole = next.id.trim() !== '' && /^\d+$/.test(next.catalogId)
    change(isWhole ? { product: { ...next, id: next.id.trim() } } : undefined)
  }
  return (
    <>
      <label>
        Number of the product, as your shop has it
        <input
          required
          dir="ltr"
          maxLength={100}
          value={said.id}
          onChange={(event) => say({ id: event.target.value })}
        />
      </label>
      <label>
        Number of the catalogue at Meta
        <input
          required
          dir="ltr"
          inputMode="numeric"
          maxLength={64}
          value={said.catalogId}
          onChange={(event) => say({ catalogId: event.target.value.replaceAll(/\D/g, '') })}
        />
      </label>
    </>
  )
}
