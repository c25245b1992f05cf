// PM2, run as a program of its own: `npx pm2 start ecosystem.config.js --env production`. It must be started by Node 24
// (npx takes the one of node_modules), and `interpreter` must not be set: in cluster mode PM2 ignores it.
export const apps = [
  {
    name: 'careline',
    script: 'bin/careline.js',
    args: 'start',
    // One process owns every actor and the data directory.
    exec_mode: 'fork',
    instances: 1,
    // We say when we are ready; a start that fails exits with 1.
    wait_ready: true,
    listen_timeout: 15_000,
    // A second longer than our own limit for draining.
    kill_timeout: 8_000,
    merge_logs: true,
    env: { NODE_ENV: 'development' },
    env_production: { NODE_ENV: 'production' },
  },
]
