import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Router } from '@koa/router'
import type { HttpState } from './mount.ts'
import { policyOfDocs } from './security.ts'

const resolve = createRequire(import.meta.url).resolve
// The package exports no name for its one-file build, so it is found beside what it does export.
const scalarFile = () => {
  const entry = resolve('@scalar/api-reference')
  return join(entry.slice(0, entry.lastIndexOf('dist')), 'dist', 'browser', 'standalone.js')
}

const page = (prefix: string) => `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Careline API</title></head>
<body>
<div id="app"></div>
<script src="${prefix}/docs/scalar.js"></script>
<script>
Scalar.createApiReference('#app', { url: '${prefix}/openapi.json', withDefaultFonts: false, telemetry: false,
  agent: { disabled: true }, hideClientButton: true, showDeveloperTools: 'never' })
</script>
</body>
</html>
`

/** The document and its page, both from here: nothing is asked of any other server. */
export function docsPage(router: Router<HttpState>, prefix: string, document: object) {
  const json = JSON.stringify(document)
  let script: Promise<{ plain: Buffer; packed: Buffer }> | undefined // Four megabytes, packed once, by the first reader.

  router.get('/openapi.json', (ctx) => {
    ctx.type = 'application/json'
    ctx.body = json
  })
  router.get('/docs', (ctx) => {
    ctx.set('content-security-policy', policyOfDocs)
    ctx.type = 'text/html'
    ctx.body = page(prefix)
  })
  router.get('/docs/scalar.js', async (ctx) => {
    script ??= readScript()
    const { plain, packed } = await script
    const takesPacked = ctx.acceptsEncodings('gzip') === 'gzip'
    ctx.set('cache-control', 'public, max-age=3600')
    ctx.set('vary', 'accept-encoding')
    if (takesPacked) ctx.set('content-encoding', 'gzip')
    ctx.type = 'text/javascript'
    ctx.body = takesPacked ? packed : plain
  })
}

async function readScript() {
  const plain = await readFile(scalarFile())
  return { plain, packed: await promisify(gzip)(plain) }
}
