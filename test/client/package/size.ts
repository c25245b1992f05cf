import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'vite'

const folder = join(import.meta.dirname, '../../../client')
const app = join(folder, 'app.ts')

/** What an app that imports only these of the client carries for it: bytes minified, and as they travel. */
export async function sizeOf(...names: string[]) {
  const built = await build({
    configFile: false,
    root: folder,
    logLevel: 'warn',
    plugins: [
      {
        name: 'app',
        enforce: 'pre',
        resolveId: (id) => (id === app ? id : null),
        load: (id) => (id === app ? `export { ${names.join(', ')} } from './index.ts'` : null),
      },
    ],
    build: {
      write: false,
      target: 'es2022',
      modulePreload: false,
      rolldownOptions: { input: app, preserveEntrySignatures: 'strict', external: ['socket.io-client'] },
    },
  })
  const [chunk] = [built].flat().flatMap((one) => ('output' in one ? one.output : []))
  if (chunk?.type !== 'chunk') throw new Error('Nothing was built.')
  return { minified: Buffer.byteLength(chunk.code), compressed: gzipSync(chunk.code).length }
}
