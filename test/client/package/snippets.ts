import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const readme = readFileSync(join(import.meta.dirname, '../../../client/README.md'), 'utf8')

/** The code of the README by its heading: each block is a module of its own. */
export const snippets = new Map(
  [...readme.matchAll(/^## (.+)\n(?:(?!## |```)[^\n]*\n)*```(tsx?)\n([^]*?)^```$/gm)].map(
    ([, heading = '', language = '', code = '']) => [heading, { language, code }],
  ),
)

export const codeBlocks = [...readme.matchAll(/^```tsx?$/gm)].length
