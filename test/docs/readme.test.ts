import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'chai'
import { Installation } from '../cli/command.ts'
import { until } from '../harness/until.ts'

const root = join(import.meta.dirname, '../..')
const blocks = [...readFileSync(join(root, 'README.md'), 'utf8').matchAll(/^```sh\n([^]*?)^```$/gm)].map(
  ([, script = '']) => script,
)
/** Not run here: the install, which the build does before, and the tests, which this is. */
const elsewhere = /^npm (ci|test)$/
const start = 'npm start'

/** One shell, as somebody has it who types the README from top to bottom. */
class Shell {
  readonly #bash: ChildProcess
  #out = ''
  err = ''

  constructor(variables: Record<string, string>) {
    this.#bash = spawn('bash', ['--norc'], {
      cwd: root,
      env: variables,
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    this.#bash.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#out += text))
    this.#bash.stderr?.setEncoding('utf8').on('data', (text: string) => (this.err += text))
  }

  /** What the script prints. Rejects when one of its commands failed. */
  run(script: string): Promise<string> {
    const at = this.#out.length
    const mark = /<<(\d+)>>\n/
    return new Promise((done, fail) => {
      const look = () => {
        const said = this.#out.slice(at)
        const [all, code] = mark.exec(said) ?? []
        if (!all) return
        this.#bash.stdout?.off('data', look)
        if (code === '0') done(said.replace(all, ''))
        else fail(new Error(`${script}\nended with ${code}:\n${said}${this.err}`))
      }
      this.#bash.stdout?.on('data', look)
      // Each line must succeed, and the variables that it sets must stay.
      this.#bash.stdin?.write(`trap 'failed=1' ERR; failed=0\n${script}\necho "<<$failed>>"\n`)
    })
  }

  /** `npm start` in the background, until it says that it runs. */
  async start(log: string) {
    await this.run(`: > ${log}; ${start} > ${log} 2>&1 & disown`)
    const said = () => readFileSync(log, 'utf8')
    await until(() => said().includes('Ctrl+C stops it')).catch((error: unknown) => {
      throw new Error(said(), { cause: error })
    })
    return said()
  }

  /** With everything that it started. */
  async end() {
    const { pid } = this.#bash
    const ended = new Promise((done) => this.#bash.once('close', done))
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
    await ended
  }
}

describe('the README', () => {
  let home: Installation
  let shell: Shell
  let log: string

  before(async () => {
    home = await Installation.on({ MONGODB_URI: '' })
    log = join(home.directory, '..', `${home.variables['PORT']}.log`)
    writeFileSync(log, '')
    // As at a person's machine: Node and npm are found where this process found them.
    shell = new Shell({
      ...home.variables,
      PATH: [join(process.execPath, '..'), '/usr/local/bin:/usr/bin:/bin'].join(':'),
      HOME: home.directory,
    })
  })
  after(async () => {
    await shell.end()
    await home.remove()
    rmSync(log, { force: true })
  })

  it('has commands, a picture that is there, and a lock file for its install', () => {
    expect(blocks.length).to.be.greaterThan(8)
    expect(blocks[0]).to.equal('npm ci\nnpm start\n')
    expect(blocks.at(-1)).to.equal('npm test\n')
    for (const [, picture = ''] of readFileSync(join(root, 'README.md'), 'utf8').matchAll(/!\[.*?\]\((.*?)\)/g))
      expect(existsSync(join(root, picture)), picture).to.equal(true)
    expect(existsSync(join(root, 'package-lock.json'))).to.equal(true)
  })

  for (const [at, block] of blocks.entries())
    it(`runs: ${block.split('\n')[0]}`, async () => {
      const here = block.replaceAll(':4600', `:${home.variables['PORT']}`).replaceAll('/tmp/', `${home.directory}/`)
      const lines = here.split('\n').filter((line) => line !== '' && !elsewhere.test(line))
      const script = lines.filter((line) => line !== start).join('\n')
      const printed = script ? await shell.run(script) : ''
      if (lines.includes(start)) expect(await shell.start(log)).to.match(/Owner link +http.*\n.*Phone +http/)
      expect(printed, `block ${at + 1}`).not.to.match(/"code":/)
    })

  it('left behind what its commands promise', async () => {
    const { out } = await home.run(['token', '--as', 'owner'])
    const { body } = await home.json('/api/v1/conversations?status=all&limit=50', { token: out.trim() })
    expect(body.items, 'the demo was made anew').to.have.length(15)
    expect(body.items.some(({ last }: any) => last.text === 'Wonderful, thank you!')).to.equal(false)
  })
})
