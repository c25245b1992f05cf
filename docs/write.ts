import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { openApiDocument } from './openapi.ts'
import { socketDocument } from './asyncapi.ts'
import { apiRoutes, rootRoutes } from '../server/routes/index.ts'
import { asyncApiBreaks } from './compare/asyncapi.ts'
import { openApiBreaks } from './compare/openapi.ts'

const root = join(import.meta.dirname, '..')
const declaredIn = 'docs/breaking-changes.md'

export interface Document {
  /** Where it is kept. */
  file: string
  /** As it would be written. */
  text: string
  /** What breaks apps that were written for the one that is kept, and is not declared. */
  undeclared: string[]
}

/** The documents that are made from the code. */
export async function documents(): Promise<Document[]> {
  return Promise.all([
    document('docs/asyncapi.json', socketDocument(), asyncApiBreaks),
    document('docs/openapi.json', openApiDocument({ api: apiRoutes, root: rootRoutes }), openApiBreaks),
  ])
}

async function document<Kind>(file: string, made: object, breaks: (before: Kind, after: Kind) => string[]) {
  const before = kept(file)
  const text = await written(file, made)
  const found = before === undefined ? [] : breaks(JSON.parse(before) as Kind, JSON.parse(text) as Kind)
  return { file, text, undeclared: undeclared(found) }
}

/** In words: what breaks, and how to say that it is meant. */
export const advice = ({ file, undeclared }: Document) =>
  `${file}: this breaks apps that were written for the last one:\n` +
  undeclared.map((change) => `  - ${change}\n`).join('') +
  'Keep the old beside the new, if you can: within version 1 everything is additive. Where it must be, declare it:\n' +
  `add each of these lines to ${declaredIn}, followed by ": " and why, then \`npm run docs\`.`

/** Those of which the page of breaking changes has no line `- the change: why`. */
function undeclared(changes: string[]): string[] {
  const lines = kept(declaredIn)?.split('\n') ?? []
  return changes.filter((change) => !lines.some((line) => line.startsWith(`- ${change}: `)))
}

/** In the style of everything else here, so that a change shows as its own lines. */
async function written(file: string, document: object) {
  const filepath = join(root, file)
  return format(JSON.stringify(document, null, 2), { ...(await resolveConfig(filepath)), filepath })
}

function kept(file: string) {
  try {
    return readFileSync(join(root, file), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

if (import.meta.main) {
  const made = await documents()
  for (const document of made) {
    const { file, text, undeclared } = document
    const isNews = kept(file) !== text
    if (undeclared.length > 0) {
      process.exitCode = 1
      process.stderr.write(`${advice(document)}\n`)
    } else {
      if (isNews) writeFileSync(join(root, file), text)
      process.stdout.write(`${file}: ${isNews ? 'written' : 'unchanged'}\n`)
    }
  }
}
