import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildClient } from '../../../client/build/main.ts'

const root = join(import.meta.dirname, '../../..')
const client = join(root, 'client')

/** Of React Native, what the README uses of it. */
const reactNative = {
  'react-native': {
    js: `export const AppState = { addEventListener: () => ({ remove() {} }) }`,
    types: `export declare const AppState: {
      addEventListener(type: 'change', heard: (state: 'active' | 'background') => void): { remove(): void }
    }`,
  },
  '@react-native-async-storage/async-storage': {
    js: `const items = new Map()
      export default {
        getAllKeys: async () => [...items.keys()],
        getItem: async (key) => items.get(key) ?? null,
        setItem: async (key, value) => void items.set(key, value),
        removeItem: async (key) => void items.delete(key),
      }`,
    types: `declare const AsyncStorage: {
      getAllKeys(): Promise<readonly string[]>
      getItem(key: string): Promise<string | null>
      setItem(key: string, value: string): Promise<void>
      removeItem(key: string): Promise<void>
    }
    export default AsyncStorage`,
  },
}

/** As much of a web page as the README uses. */
const page = `const items = new Map()
globalThis.localStorage = {
  get length() { return items.size },
  key: (index) => [...items.keys()][index] ?? null,
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => void items.set(key, value),
  removeItem: (key) => void items.delete(key),
}
globalThis.location = { assign() {} }`

/** An empty folder into which the packed client is installed, as an app has it. */
export class Installed {
  readonly folder = mkdtempSync(join(tmpdir(), 'cl-app-'))
  readonly #modules = join(this.folder, 'node_modules')
  /** What the package holds. */
  readonly files: string[] = []

  get package() {
    return join(this.#modules, '@careline/client')
  }

  async install() {
    const source = join(this.folder, 'source')
    mkdirSync(source)
    for (const name of ['package.json', 'README.md']) cpSync(join(client, name), join(source, name))
    await buildClient(join(source, 'dist'))
    const options = { cwd: source, encoding: 'utf8' } as const
    const [packed] = JSON.parse(execFileSync('npm', ['pack', '--json', '--offline', '--loglevel=error'], options))
    this.files.push(...packed.files.map(({ path }: { path: string }) => path))
    mkdirSync(this.package, { recursive: true })
    execFileSync('tar', ['-xzf', join(source, packed.filename), '-C', this.package, '--strip-components=1'])
    rmSync(source, { recursive: true })
    this.#beside()
  }

  /** What an app installs beside it. */
  #beside() {
    for (const name of ['socket.io-client', '@types', 'react'])
      symlinkSync(join(root, 'node_modules', name), join(this.#modules, name))
    for (const [name, { js, types }] of Object.entries(reactNative)) {
      const folder = join(this.#modules, name)
      mkdirSync(folder, { recursive: true })
      this.#write(join(folder, 'package.json'), '{"type":"module","main":"index.js","types":"index.d.ts"}')
      this.#write(join(folder, 'index.js'), js)
      this.#write(join(folder, 'index.d.ts'), types)
    }
    this.#write(join(this.folder, 'package.json'), '{"type":"module"}')
    this.#write(join(this.folder, 'page.js'), page)
  }

  #write(path: string, text: string) {
    writeFileSync(path, text)
    return path
  }

  /** A file of the app. */
  write(name: string, text: string) {
    return this.#write(join(this.folder, name), text)
  }

  declarations() {
    const dist = join(this.package, 'dist')
    const names = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.d.ts'))
    return names.map((name) => ({ path: join(dist, name), text: readFileSync(join(dist, name), 'utf8') }))
  }

  /** Runs a file of the app with Node. `heard` is told what it says so far, and may end it. */
  run(name: string, args: string[] = [], heard: (out: string, kill: () => void) => void = () => {}) {
    const app = spawn(process.execPath, ['--import', './page.js', name, ...args], { cwd: this.folder, env: {} })
    let out = ''
    let err = ''
    app.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      heard(out, () => app.kill('SIGKILL'))
    })
    app.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    return new Promise<{ code: number | null; out: string; err: string }>((ended) =>
      app.once('close', (code) => ended({ code, out, err })),
    )
  }

  remove() {
    rmSync(this.folder, { recursive: true, force: true })
  }
}
