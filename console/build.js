// Builds the console into dist/console, and every file of it a second and third time, compressed: the server then
// only chooses. npm runs this as `prepare`, also where the build tools are left out: then what is built stays.
import { existsSync } from 'node:fs'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const root = join(import.meta.dirname, '..')
const built = join(root, 'dist', 'console')
const isText = new Set(['.js', '.css', '.svg', '.json', '.map'])

async function tools() {
  try {
    return await import('vite')
  } catch (error) {
    if (error.code === 'ERR_MODULE_NOT_FOUND' && existsSync(join(built, 'index.html'))) return undefined
    throw error
  }
}

// Level 9 of brotli: within 3 % of the highest, at a tenth of its time.
async function compress(file) {
  const bytes = await readFile(file)
  const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length }
  await Promise.all([
    promisify(gzip)(bytes, { level: 9 }).then((small) => writeFile(`${file}.gz`, small)),
    promisify(brotliCompress)(bytes, { params }).then((small) => writeFile(`${file}.br`, small)),
  ])
}

const vite = await tools()
if (vite) {
  await vite.build({ root: import.meta.dirname, logLevel: 'warn' })
  const files = await readdir(built, { recursive: true })
  // index.html carries a word that the server replaces in every answer, so it is never sent compressed from here.
  await Promise.all(files.filter((file) => isText.has(extname(file))).map((file) => compress(join(built, file))))
}
