import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { build } from 'vite'
import { declarations } from './declarations.ts'
import { openApiTypes } from './openapi.ts'

const folder = join(import.meta.dirname, '..')

/** The client as one ES module, all but socket.io-client. */
async function bundle() {
  const built = await build({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    build: {
      write: false,
      target: 'es2022',
      minify: false,
      lib: { entry: join(folder, 'index.ts'), formats: ['es'] },
      rolldownOptions: { external: ['socket.io-client'] },
    },
  })
  const [chunk, ...others] = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  if (chunk?.type !== 'chunk' || others.length > 0) throw new Error('The client is one file.')
  return chunk.code
}

/** The package as npm takes it, without its `package.json` and README: these are written by hand. */
export async function buildClient(target = join(folder, 'dist')) {
  await rm(target, { recursive: true, force: true })
  const [code, api, own] = await Promise.all([bundle(), openApiTypes(), declarations()])
  const files = new Map([['index.js', code], ['openapi.d.ts', api], ...own])
  for (const [name, text] of files) {
    const path = join(target, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  }
  await cp(join(folder, '../LICENSE'), join(target, 'LICENSE'))
}

if (import.meta.main) await buildClient()
