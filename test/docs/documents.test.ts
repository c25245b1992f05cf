import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { advice, type Document, documents } from '../../docs/write.ts'
import { variableNames } from '../../kernel/config.ts'
import { createMetrics } from '../../server/main/metrics.ts'
import { commandShapes } from '../../realtime/commands/contract.ts'
import { actors } from '../../actors/index.ts'

const read = (file: string) => readFileSync(file, 'utf8')

describe('the documents', () => {
  let made: Document[]
  before(async () => {
    made = await documents()
  })

  it('break no app: what has to is declared (docs/breaking-changes.md)', () => {
    for (const document of made) expect(document.undeclared, advice(document)).to.deep.equal([])
  })

  it('are those that the code makes now: where a change is meant, `npm run docs` writes it down', () => {
    expect(made).to.have.length(2)
    for (const { file, text } of made)
      expect(read(file) === text, `${file} is not what the code makes: npm run docs`).to.equal(true)
  })

  it('explain every variable, and none that is not read', () => {
    const named = [...read('.env.example').matchAll(/^(?:# )?([A-Z][A-Z0-9_]+)=/gm)].map(([, name]) => name)
    expect(named).to.have.members(variableNames)
    const [, table = ''] = read('README.md').split('## Configuration')
    const shown = [...table.matchAll(/^\|.*?\|/gm)].flatMap(([cell]) =>
      [...cell.matchAll(/`([A-Z][A-Z0-9_]+)`/g)].map(([, name]) => name),
    )
    expect(shown).to.have.members(variableNames)
  })

  it('say the defaults that hold', () => {
    const defaults = new Map(
      [...read('.env.example').matchAll(/^# ([A-Z][A-Z0-9_]+)=(\S+)$/gm)].map(([, name, value]) => [name, value]),
    )
    expect(Object.fromEntries(defaults)).to.include({ PORT: '4600', CARELINE_DATA: './data', DURABILITY: 'full' })
  })

  it('name every stream, event, signal and command of the protocol', () => {
    const protocol = read('docs/protocol.md')
    const { contracts } = { contracts: actors.map(({ contract }) => contract) }
    const names = contracts.flatMap(({ events, signals }) => [...Object.keys(events), ...Object.keys(signals)])
    expect(names).to.have.length.greaterThan(8)
    for (const name of [...names, ...Object.keys(commandShapes)]) expect(protocol, name).to.include(`\`${name}\``)
    for (const { kind, streams } of contracts)
      for (const name of Object.keys(streams))
        expect(protocol).to.include(name === 'main' ? `\`${kind}:{` : `\`${kind}.${name}:{`)
  })

  it('explain every metric, and none that there is not', async () => {
    const none = new Proxy({}, { get: () => 0 }) as never
    const counts = {
      actors: () => none,
      writes: () => none,
      webhooks: () => none,
      feed: () => none,
      errors: () => none,
      jobs: () => new Map(),
    }
    const parts = { ...counts, sockets: () => 0, backupAge: () => 0 }
    const { text } = await createMetrics({ ...parts, cluster: () => none })()
    const names = [...text.matchAll(/^# TYPE careline_(\w+) /gm)].map(([, name]) => name)
    const [, table = ''] = read('docs/operating.md').split('| `careline_…` |')
    const explained = [...(table.split('\n\n')[0] ?? '').matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    )
    expect(names).to.have.length.greaterThan(20)
    expect(explained).to.have.members(names)
  })

  it('point to what is there', () => {
    const pages = globSync(['*.md', 'docs/**/*.md', 'client/*.md', 'providers/**/*.md'])
    expect(pages.length).to.be.greaterThan(8)
    for (const page of pages)
      for (const [, target = ''] of read(page).matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g))
        if (!/^https?:/.test(target))
          expect(existsSync(join(dirname(page), target)), `${page} -> ${target}`).to.equal(true)
  })

  it('name files that are there', () => {
    const folders = /^(actors|bin|client|console|docs|jobs|kernel|providers|realtime|server|store|test)\//
    const named = [
      'README.md',
      'docs/ARCHITECTURE.md',
      'docs/ADDING-A-FEATURE.md',
      ...globSync('docs/decisions/*.md'),
    ].flatMap((page) => [...read(page).matchAll(/`([\w./-]+\/[\w./-]*)`/g)].map(([, path = '']) => ({ page, path })))
    const ours = named.filter(({ path }) => folders.test(path))
    expect(ours.length).to.be.greaterThan(20)
    for (const { page, path } of ours) expect(existsSync(path), `${page}: ${path}`).to.equal(true)
  })

  it('number the decisions, each with context, choice and price', () => {
    const files = globSync('docs/decisions/*.md').sort()
    expect(files).not.to.be.empty
    for (const [at, file] of files.entries()) {
      expect(file).to.match(new RegExp(`/${String(at + 1).padStart(4, '0')}-[a-z-]+\\.md$`))
      const headings = [...read(file).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading)
      expect(headings.slice(1)).to.deep.equal(['Context', 'Choice', 'Price'])
    }
  })

  it('name one version', () => {
    const { version, license, scripts } = JSON.parse(read('package.json'))
    expect(license).to.equal('MIT')
    expect(read('LICENSE')).to.match(/^MIT License/)
    expect(read('CHANGELOG.md')).to.match(/^## \[Unreleased\]$/m)
    expect(version).to.match(/^\d+\.\d+\.\d+$/)
    for (const [, script] of read('README.md').matchAll(/npm (?:run )?(start|test|docs|prepare)\b/g))
      expect(scripts).to.have.property(`${script}`)
  })
})
