// The page of the socket's document. The renderer wants the document as its parser leaves it: references resolved, and
// a name on what it compares. The parser itself compiles code, which the page's policy forbids; this is all that it does
// to a document that is valid already.

// The renderer brings the parser's checkers along, and has them compiled while it is loaded. Nothing here is checked: the
// document was, before it was released. So they may stay empty, and no text becomes code.
const compiler = globalThis.Function
globalThis.Function = new Proxy(compiler, { construct: () => () => () => true, apply: () => () => globalThis })
await import('./asyncapi.js')
globalThis.Function = compiler

const uniqueId = 'x-parser-unique-object-id'
const schemaId = 'x-parser-schema-id'

const here = document.getElementById('events')
const answer = await fetch(new URL('../asyncapi.json', import.meta.url))
const asyncapi = linked(await answer.json())
here.removeAttribute('aria-busy')
globalThis.AsyncApiStandalone.render(
  {
    schema: asyncapi,
    config: {
      show: { sidebar: true, errors: false, messageExamples: true },
      // Whoever reads it writes a client; the document speaks of the server.
      sendLabel: 'YOU HEAR',
      receiveLabel: 'YOU SAY',
      requestLabel: 'YOU ARE ASKED',
      replyLabel: 'YOU ASK',
    },
  },
  here,
)

/** Each reference replaced by what it points to, the same object wherever it stands. */
function linked(root) {
  const at = (ref) =>
    ref
      .slice(2)
      .split('/')
      .reduce((value, part) => value[part], root)
  const link = (value) => {
    for (const [key, inner] of Object.entries(value)) {
      if (inner === null || typeof inner !== 'object') continue
      if (typeof inner.$ref === 'string') value[key] = at(inner.$ref)
      else link(inner)
    }
  }
  const { channels, operations, components } = root
  const name = (things, as) => Object.entries(things).forEach(([key, thing]) => (thing[as] = key))
  name(channels, uniqueId)
  name(operations, uniqueId)
  for (const { messages } of Object.values(channels)) name(messages, uniqueId)
  name(components.schemas, schemaId)
  link(root)
  return Object.assign(root, { 'x-parser-spec-parsed': true, 'x-parser-api-version': 3 })
}
