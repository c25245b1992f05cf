import { createHash } from 'node:crypto'

/** What may be kept and shown of an unexpected error: where it happened, and nothing that a person wrote. */
export interface Fault {
  name: string
  code: string | null
  message: string | null
  /** Function and file, without lines: the same after other lines of the file were changed. */
  place: string
  stack: string[]
  /** The same for the same kind of error from the same place. */
  fingerprint: string
}

/** Their messages are made by the language, of names in the code; what they quote is taken out. Any other may quote somebody. */
const ofTheLanguage = new Set(['TypeError', 'ReferenceError', 'RangeError'])
const framesMax = 12
const root =
  /^(?:file:\/\/)?(?:.*?\/)?((?:server|store|actors|realtime|jobs|kernel|providers|client|console|assets|node_modules)\/)/

interface Thrown {
  name: string
  code?: unknown
  stack?: string | undefined
}

/** `source` says what was under way. */
export function faultOf({ name, code, stack = '' }: Thrown, source: string): Fault {
  const known = /^[\w$.]{1,60}$/.test(name) ? name : 'Error'
  const frames = stack.split('\n').flatMap((line) => frameOf(line) ?? [])
  const top = frames.find(({ file }) => !/^(node:|node_modules\/)/.test(file)) ?? frames[0]
  const place = top ? `${top.does} ${top.file}`.trim() : ''
  const own = typeof code === 'string' || typeof code === 'number' ? String(code) : null
  const shownCode = own !== null && /^[\w-]{1,60}$/.test(own) ? own : null
  return {
    name: known,
    code: shownCode,
    message: ofTheLanguage.has(known) ? scrubbed(stack, known) : null,
    place,
    stack: frames.slice(0, framesMax).map(({ does, file, line }) => `${does} ${file}:${line}`.trim().slice(0, 200)),
    fingerprint: createHash('sha256')
      .update(JSON.stringify([source, known, shownCode, place]))
      .digest('hex')
      .slice(0, 32),
  }
}

/** A line of a stack, of V8 (`at does (file:1:2)`) or of the other browsers (`does@file:1:2`). */
function frameOf(line: string) {
  const said = line.trim().slice(0, 500)
  const [, does = '', address = '', at = '0'] =
    /^at (?:(.*?) \()?([^()\s]+?):(\d+)(?::\d+)?\)?$/.exec(said) ?? /^(.*?)@(\S+?):(\d+)(?::\d+)?$/.exec(said) ?? []
  if (address === '') return undefined
  const path = address.replace(/[?#].*$/, '').replace(/^https?:\/\/[^/]*\//, '')
  const file = path
    .replace(root, '$1')
    .replace(/-[\w-]{8}\.js$/, '.js')
    .slice(-120)
  if (!/^(?:@?[\w.:-]*\/)*@?[\w.:-]+$/.test(file)) return undefined
  return { does: /^[\w$.<>[\] #*]{1,80}$/.test(does) ? does.slice(0, 80) : '', file, line: Number(at) }
}

function scrubbed(stack: string, name: string): string | null {
  const first = stack.split(/\n\s+at |\n/)[0] ?? ''
  const said = first.startsWith(`${name}: `) ? first.slice(name.length + 2) : ''
  const plain = said
    .replace(/["'`«»“”].*["'`«»“”]/gs, '…')
    .replace(/\S*@\S*/g, '…')
    .replace(/\d{3,}/g, '#')
  return plain === '' ? null : plain.slice(0, 300)
}
