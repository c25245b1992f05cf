import { mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { print, quantile, short, spread, table, times } from '../figures.ts'
import { Program } from '../program.ts'
import type { Wishes } from '../wishes.ts'
import type { Delay, Place } from './ours.ts'

const goal = 1.6
const logins = 20
const reads = [
  { path: '/conversations?limit=50', says: 'a page of 50 conversations' },
  { path: '/conversations?limit=1', says: 'one conversation of the list' },
  { path: '/members', says: '20 members with their addresses' },
  { path: '/permissions', says: 'nothing read: what a request costs by itself' },
]

/** An authenticated read against the same read as a route of Koa alone; and the event loop while people sign in. */
export async function benchHttp(wishes: Wishes) {
  const directory = mkdtempSync(join(tmpdir(), 'careline-bench-'))
  const profile = wishes.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${wishes.profile}`]
  const program = new Program(new URL('ours.ts', import.meta.url).pathname, profile)
  try {
    const place = await program.ask<Place>('start', { directory, people: 60, logins })
    await compare(
      place,
      Number(wishes.rounds ?? (wishes.quick ? 1 : 3)),
      Number(wishes.ms ?? (wishes.quick ? 500 : 2_000)),
    )
    await signIns(program, place)
    await program.stop()
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function compare({ ours, bare, token }: Place, rounds: number, ms: number) {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const rows = []
  for (const { path, says } of reads) {
    const [one, other]: [number[], number[]] = [[], []]
    const both = async (untilMs: number) => {
      const [here, there]: [number[], number[]] = [[], []]
      // In turn, so that both have the same moment of the machine.
      for (const end = performance.now() + untilMs; performance.now() < end;) {
        here.push(await took(agent, ours + path, token))
        there.push(await took(agent, bare + path))
      }
      return [quantile(here, 0.5), quantile(there, 0.5)] as const
    }
    await both(ms / 2)
    for (let round = 0; round < rounds; round++) {
      const [here, there] = await both(ms)
      one.push(here)
      other.push(there)
    }
    const ratios = one.map((here, nth) => here / (other[nth] ?? NaN))
    const ratio = quantile(ratios, 0.5)
    const verdict = path === '/permissions' ? '' : `${times(goal)}${ratio <= goal ? '' : ': missed'}`
    rows.push([says, spread(one), spread(other), times(ratio), verdict])
  }
  agent.destroy()
  print(
    table(['an authenticated read, one after the other', 'ours, p50 us', 'Koa alone, p50 us', 'ratio', 'goal'], rows),
  )
}

/** One request and its whole answer, us. */
function took(agent: Agent, url: string, token?: string) {
  return new Promise<number>((done, failed) => {
    const began = performance.now()
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
    request(url, { agent, headers }, (response) => {
      if (response.statusCode !== 200) failed(new Error(`${url} answered ${String(response.statusCode)}`))
      response.on('data', () => undefined)
      response.on('end', () => done((performance.now() - began) * 1_000))
    })
      .on('error', failed)
      .end()
  })
}

async function signIns(program: Program, { ours, emails, password }: Place) {
  const loop = async (work: () => Promise<unknown>) => {
    await program.ask('watch')
    await work()
    return program.ask<Delay>('watched')
  }
  const quiet = await loop(() => new Promise((later) => setTimeout(later, 500)))
  const began = performance.now()
  const busy = await loop(() =>
    Promise.all(
      emails.map(async (email) => {
        const body = JSON.stringify({ email, password })
        const answer = await fetch(`${ours}/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
        if (answer.status !== 200) throw new Error(`a sign-in answered ${String(answer.status)}`)
      }),
    ),
  )
  const tookMs = performance.now() - began
  const row = (says: string, { p50, p99, max }: Delay) => [says, short(p50), short(p99), short(max)]
  print()
  print(
    table(['event loop delay, ms', 'p50', 'p99', 'max'], [row('idle', quiet), row(`${logins} sign in at once`, busy)]),
  )
  print(
    `${logins} passwords took ${short(tookMs)} ms; one that ran on the loop would hold it for ${short(tookMs / logins)} ms or more.`,
  )
}
