// The app of the people who are looked after, without a network: its page, and the files that this page is made of. It
// is registered for /app alone, answers nothing of the API, and shows what a push service brings while nobody looks.
/* global self, caches, clients, fetch, URL */

const page = '/app'
const prefix = 'careline-app-'
/** What a build makes has the hash of its content in its name, so it never changes. */
const isBuilt = ({ pathname }) => pathname.startsWith('/assets/')
const isOurs = (url) =>
  url.origin === self.location.origin && (isBuilt(url) || /^\/(mark\.svg|scheme\.js)$/.test(url.pathname))
const isPage = (url) => url.origin === self.location.origin && url.pathname === page

self.addEventListener('install', () => self.skipWaiting())
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET') return
  if (request.mode === 'navigate' && isPage(url)) event.respondWith(freshPage(request))
  else if (isOurs(url)) event.respondWith(keptOr(request))
})

// What was loaded before there was a worker, the page names.
self.addEventListener('message', (event) => {
  const { keep = [] } = event.data ?? {}
  event.waitUntil(keepAll(keep.filter((one) => isOurs(new URL(one, self.location.origin)))))
})

/** The newest there is; without a network, the one that was seen last. */
async function freshPage(request) {
  try {
    const answer = await fetch(request)
    if (answer.ok) await keepPage(answer.clone())
    return answer
  } catch (error) {
    const kept = await caches.match(page)
    if (kept) return kept
    throw error
  }
}

/** Each build has a cache of its own, named after its first script; those of before go. */
async function keepPage(answer) {
  const build = /\/assets\/(index-[\w-]+)\.js/.exec(await answer.clone().text())?.[1] ?? 'page'
  const name = prefix + build
  const cache = await caches.open(name)
  await cache.put(page, answer)
  for (const other of await caches.keys()) if (other.startsWith(prefix) && other !== name) await caches.delete(other)
}

const nameNow = async () => (await caches.keys()).find((name) => name.startsWith(prefix)) ?? prefix + 'page'

async function keptOr(request) {
  const kept = await caches.match(request, { ignoreVary: true })
  if (kept) return kept
  const answer = await fetch(request)
  if (answer.ok) {
    const cache = await caches.open(await nameNow())
    await cache.put(request, answer.clone())
  }
  return answer
}

async function keepAll(addresses) {
  // The page itself comes first: it says which build this is.
  if (!(await caches.match(page))) await keepPage(await fetch(page, { headers: { accept: 'text/html' } }))
  const cache = await caches.open(await nameNow())
  for (const address of new Set(addresses)) {
    if (!(await cache.match(address, { ignoreVary: true }))) await cache.add(address)
  }
  for (const client of await self.clients.matchAll()) client.postMessage({ isKept: true })
}

self.addEventListener('push', (event) => {
  const { title = 'Careline', body = '', tag = '', badge = 0, data = {} } = event.data?.json() ?? {}
  if (badge > 0) self.navigator.setAppBadge?.(badge)
  event.waitUntil(self.registration.showNotification(title, { body, tag, data, icon: '/mark.svg' }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  self.navigator.clearAppBadge?.()
  event.waitUntil(shown())
})

async function shown() {
  const open = await clients.matchAll({ type: 'window', includeUncontrolled: true })
  const app = open.find((one) => isPage(new URL(one.url)))
  return app ? app.focus() : clients.openWindow(page)
}
