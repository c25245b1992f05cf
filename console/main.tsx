import '@mantine/core/styles/baseline.css'
import '@mantine/core/styles/default-css-variables.css'
import '@mantine/core/styles/global.css'
import './theme/inter.css'
import './theme/tokens.css'
import './theme/inputs.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { cache } from './live/cache.ts'
import { whenSignedOut } from './live/careline.ts'
import { tellErrors } from './live/tell-errors.ts'
import { listenForBell } from './shell/bell.ts'
import { makeRouter } from './shell/router.ts'
import { followScheme } from './theme/scheme.ts'

const router = makeRouter()
whenSignedOut(async (wasEnded) => {
  const { pathname, href } = router.state.location
  if (pathname !== '/sign-in')
    await router.navigate({
      to: '/sign-in',
      search: { ...(pathname.startsWith('/inbox') && { to: href }), ...(wasEnded && { ended: true }) },
    })
})
listenForBell()
tellErrors()
followScheme()

// A page that was open over a deploy asks for parts that are gone: one reload brings the new ones. Without a line a
// reload would bring nothing, and take what is there.
addEventListener('vite:preloadError', (event) => {
  if (!navigator.onLine) return
  const slot = 'careline.reloaded'
  if (sessionStorage.getItem(slot) === String(event.payload)) return
  sessionStorage.setItem(slot, String(event.payload))
  event.preventDefault()
  void loadAnew()
})

/** Not before the server is there: a page that stands is better than none. */
async function loadAnew() {
  const isThere = await fetch('/ready').then(
    () => true,
    () => false,
  )
  if (isThere) location.reload()
  else setTimeout(() => void loadAnew(), 1_000)
}

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root.')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={cache}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  </StrictMode>,
)
