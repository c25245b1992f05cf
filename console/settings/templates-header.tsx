import type { TemplateWords } from '../../kernel/template.ts'
import { aboveWords } from '../parts/above-words.ts'
import { BroughtFile, isFileFormat } from '../parts/brought-file.tsx'

type Header = TemplateWords['header']

const kinds = { none: 'Nothing', text: 'A line of text', ...aboveWords }

function headerOf(kind: string, before: Header): Header {
  if (kind === 'text') return { format: 'text', text: before?.format === 'text' ? before.text : '' }
  if (kind === 'location' || kind === 'product') return { format: kind }
  return isFileFormat(kind) ? { format: kind, handle: '' } : null
}

interface Props {
  header: Header
  change: (header: Header) => void
}

/** What stands above the words: a line, or a file that is another one for each person or always the same. */
export const TemplateHeader = ({ header, change }: Props) => {
  const kind = header?.format ?? 'none'
  return (
    <>
      <label>
        Above the text
        <select value={kind} onChange={({ target }) => change(headerOf(target.value, header))}>
          {Object.entries(kinds).map(([one, says]) => (
            <option key={one} value={one}>
              {says}
            </option>
          ))}
          {!Object.hasOwn(kinds, kind) && <option value={kind}>{kind}</option>}
        </select>
      </label>
      {header?.format === 'text' && (
        <label>
          Header
          <input
            required
            dir="auto"
            maxLength={60}
            value={header.text}
            onChange={({ target: { value } }) => change({ format: 'text', text: value })}
          />
        </label>
      )}
      {kind === 'location' && <p>Which place it is, whoever sends it says each time.</p>}
      {kind === 'product' && <p>Which product of your catalogue it is, whoever sends it says each time.</p>}
      {header && 'handle' in header && (
        <BroughtFile
          key={header.format}
          format={header.format}
          purpose="template"
          file={header.file}
          change={(file) => change({ format: header.format, handle: '', file })}
        />
      )}
    </>
  )
}
