// The page of HTTP's document, in one of its two layouts. It tries requests out in the name of whoever is signed in to the
// console: for each of them it looks for a token that is good at that moment, and keeps none.

const asks = 'careline.docs.token'
const opener = globalThis.opener
const status = document.getElementById('status')

/** What the console answers; nothing where this page was not opened from it, or it is gone. */
function fromConsole() {
  if (!opener || opener.closed) return Promise.resolve(undefined)
  return new Promise((done) => {
    const late = setTimeout(() => end(undefined), 2_000)
    const hear = ({ source, origin, data }) => {
      if (source === opener && origin === location.origin && data?.type === asks) end(data)
    }
    const end = (answer) => {
      clearTimeout(late)
      removeEventListener('message', hear)
      done(answer)
    }
    addEventListener('message', hear)
    // To a page of ours alone: whoever else opened this window hears nothing.
    opener.postMessage({ type: asks }, location.origin)
  })
}

/** Opened by its address: whoever is signed in to the console of this browser, while that token is good. */
function fromBrowser() {
  const held = localStorage.getItem('careline.session')
  const { accessToken: token, expiresAt, user, workspace } = JSON.parse(held ?? '{}')
  const isGood = token !== undefined && Date.parse(expiresAt) > Date.now()
  return isGood ? { token, name: user.name, workspace: workspace.name } : undefined
}
const whoIsHere = async () => (await fromConsole()) ?? fromBrowser()

const show = (who) => {
  status.textContent = who
    ? `Requests go out as ${who.name}, of ${who.workspace}.`
    : 'Nobody is signed in to the console here: sign in, and requests go out in your name.'
}
show(await whoIsHere())

globalThis.Scalar.createApiReference('#app', {
  url: new URL('../openapi.json', import.meta.url).href,
  layout: document.documentElement.dataset.layout,
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
  authentication: { preferredSecurityScheme: 'bearer' },
  async onRequestBuilt({ request }) {
    const isOurs = new URL(request.url).origin === location.origin
    const isGiven = /^Bearer ./.test(request.headers.get('authorization') ?? '')
    if (!isOurs || isGiven) return
    const who = await whoIsHere()
    show(who)
    if (who) request.headers.set('authorization', `Bearer ${who.token}`)
  },
})
