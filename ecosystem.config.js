// PM2, run as a program of its own: `npx pm2 start ecosystem.config.js --env production`. It must be started by Node 24
// (npx takes the one of node_modules), and `interpreter` must not be set: in cluster mode PM2 ignores it.
import { existsSync, readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'

const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {}
// eslint-disable-next-line no-restricted-properties -- It runs in PM2, not in Careline.
const isSet = (name) => Boolean(process.env[name] ?? file[name])

const careline = {
  script: 'bin/careline.js',
  args: 'start',
  // We say when we are ready; a start that fails exits with 1. Whoever makes the demo first, on a machine that has much
  // else to do, takes its time.
  wait_ready: true,
  listen_timeout: 120_000,
  // Two seconds longer than our own limit for draining.
  kill_timeout: 17_000,
  merge_logs: true,
}
const env = (role) => ({
  env: { NODE_ENV: 'development', CARELINE_ROLE: role },
  env_production: { NODE_ENV: 'production', CARELINE_ROLE: role },
})

// With a store and a Redis that processes can share: a web process for each core, which share one port, and one process
// of schedules. Without them one process owns every actor and the data directory.
export const apps =
  isSet('MONGODB_URI') && isSet('REDIS_URL')
    ? [
        { ...careline, ...env('web'), name: 'careline', exec_mode: 'cluster', instances: 'max' },
        { ...careline, ...env('jobs'), name: 'careline-jobs', exec_mode: 'fork', instances: 1 },
      ]
    : [{ ...careline, ...env('all'), name: 'careline', exec_mode: 'fork', instances: 1 }]
