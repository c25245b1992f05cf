import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { extname, join } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Router } from '@koa/router'
import type { HttpState } from './mount.ts'
import { policyOfDocs, policyOfEvents } from './security.ts'

const resolve = createRequire(import.meta.url).resolve
/** A file of a package that exports no name for it: found beside what it does export. */
const besideEntry = (name: string, folder: string, file: string) => {
  const entry = resolve(name)
  return join(entry.slice(0, entry.lastIndexOf(folder)), file)
}

const own = (file: string) => join(import.meta.dirname, 'docs', file)
const eventsPackage = '@asyncapi/react-component'
// What the pages load, by its name there.
const assets = {
  'scalar.js': () => besideEntry('@scalar/api-reference', 'dist', 'dist/browser/standalone.js'),
  'asyncapi.js': () => besideEntry(eventsPackage, 'lib', 'browser/standalone/without-parser.js'),
  'asyncapi.css': () => besideEntry(eventsPackage, 'lib', 'styles/default.min.css'),
  'api.js': () => own('api.js'),
  'api.css': () => own('api.css'),
  'events.js': () => own('events.js'),
  'events.css': () => own('events.css'),
}

const documents = ['openapi.json', 'asyncapi.json'] as const

const head = (title: string, layout?: string) => `<!doctype html>
<html lang="en"${layout === undefined ? '' : ` data-layout="${layout}"`}>
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>`

const places = [
  ['/docs', 'HTTP API'],
  ['/docs/reading', 'HTTP API, to read'],
  ['/docs/events', 'Events and commands'],
] as const

function nav(prefix: string, here: (typeof places)[number][0], file: string) {
  const links = places.map(([path, name]) =>
    path === here ? `<b aria-current="page">${name}</b>` : `<a href="${prefix}${path}">${name}</a>`,
  )
  return `<nav aria-label="Documents">${links.join(' ')}
<a href="${prefix}/${file}">${file}</a> <output id="status"></output></nav>`
}

/** To try things out, or, in one long column with its examples beside it, to read. */
const apiPage = (
  prefix: string,
  here: '/docs' | '/docs/reading',
) => `${head('Careline API', here === '/docs' ? 'modern' : 'classic')}
<link rel="stylesheet" href="${prefix}/docs/api.css"></head>
<body>
${nav(prefix, here, 'openapi.json')}
<div id="app"></div>
<script src="${prefix}/docs/scalar.js"></script>
<script type="module" src="${prefix}/docs/api.js"></script>
</body>
</html>
`

const eventsPage = (prefix: string) => `${head('Careline events and commands')}
<link rel="stylesheet" href="${prefix}/docs/asyncapi.css"><link rel="stylesheet" href="${prefix}/docs/events.css"></head>
<body>
${nav(prefix, '/docs/events', 'asyncapi.json')}
<main id="events" aria-busy="true"></main>
<script type="module" src="${prefix}/docs/events.js"></script>
</body>
</html>
`

/**
 * The documents and their pages, all from here: nothing is asked of any other server. The documents are the files that
 * `npm run docs` makes of the code: making them takes a second of a process that has other things to do.
 */
export function docsPages(router: Router<HttpState>, prefix: string) {
  const pages = [
    { path: '/docs', page: apiPage(prefix, '/docs'), policy: policyOfDocs },
    { path: '/docs/reading', page: apiPage(prefix, '/docs/reading'), policy: policyOfDocs },
    { path: '/docs/events', page: eventsPage(prefix), policy: policyOfEvents },
  ]
  for (const { path, page, policy } of pages)
    router.get(path, (ctx) => {
      ctx.set('content-security-policy', policy)
      ctx.type = 'text/html'
      ctx.body = page
    })
  for (const [name, fileOf] of Object.entries(assets)) serve(router, `/docs/${name}`, fileOf, 'public, max-age=3600')
  for (const name of documents) serve(router, `/${name}`, () => join(import.meta.dirname, '../../docs', name))
}

/** Megabytes, some of them: read and packed once, by the first reader. */
function serve(router: Router<HttpState>, path: string, fileOf: () => string, cached?: string) {
  let asset: Promise<{ plain: Buffer; packed: Buffer }> | undefined
  router.get(path, async (ctx) => {
    asset ??= read(fileOf())
    const { plain, packed } = await asset
    const takesPacked = ctx.acceptsEncodings('gzip') === 'gzip'
    if (cached !== undefined) ctx.set('cache-control', cached)
    ctx.set('vary', 'accept-encoding')
    if (takesPacked) ctx.set('content-encoding', 'gzip')
    ctx.type = extname(path)
    ctx.body = takesPacked ? packed : plain
  })
}

async function read(file: string) {
  const plain = await readFile(file)
  return { plain, packed: await promisify(gzip)(plain) }
}
