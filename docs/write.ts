import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { actors } from '../actors/index.ts'
import { asyncApi } from '../realtime/asyncapi.ts'
import { openApiDocument } from '../server/http/openapi.ts'
import { apiRoutes, rootRoutes } from '../server/routes/index.ts'

const root = join(import.meta.dirname, '..')

/** The documents that are made from the code, each with the file in which it is kept, as it would be written. */
export async function documents(): Promise<{ file: string; text: string }[]> {
  const made = {
    'docs/asyncapi.json': asyncApi(actors.map(({ contract }) => contract)),
    'test/server/openapi.json': openApiDocument({ api: apiRoutes, root: rootRoutes }),
  }
  return Promise.all(
    Object.entries(made).map(async ([file, document]) => ({ file, text: await written(file, document) })),
  )
}

/** In the style of everything else here, so that a change shows as its own lines. */
async function written(file: string, document: object) {
  const filepath = join(root, file)
  return format(JSON.stringify(document, null, 2), { ...(await resolveConfig(filepath)), filepath })
}

if (import.meta.main) {
  for (const { file, text } of await documents()) {
    const path = join(root, file)
    const isNews = kept(path) !== text
    if (isNews) writeFileSync(path, text)
    process.stdout.write(`${file}: ${isNews ? 'written' : 'unchanged'}\n`)
  }
}

function kept(path: string) {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
