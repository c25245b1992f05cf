#!/usr/bin/env node
// Any Node can read this file: an old one hands over to the Node 24 that npm put beside us, or says what to do.
import { spawn } from 'child_process'
import { existsSync } from 'fs'
import * as modules from 'module'
import { dirname, join } from 'path'
import { fileURLToPath } from 'url'

const wanted = 24
const handedOver = '--handed-over'
const root = dirname(dirname(fileURLToPath(import.meta.url)))
const args = process.argv.slice(2)

if (Number(process.versions.node.split('.')[0]) >= wanted) {
  if (args[0] === handedOver) {
    args.shift()
    // Whoever handed over to us may be killed in a way that it cannot pass on.
    process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'))
    process.channel.unref()
  }
  // What was compiled once is not compiled again, by any of our processes: a second start takes two thirds of the first.
  modules.enableCompileCache()
  import('../server/main/cli/main.ts').then(({ run }) => run(args)).then((code) => process.exit(code))
} else {
  // npm's package `node` links it here, or in the folder that we were installed into.
  const places = [join(root, 'node_modules'), dirname(root)]
  const node = places.map((place) => join(place, 'node', 'bin', 'node')).find((file) => existsSync(file))
  if (node) handOver(node)
  else {
    process.stderr.write(
      `Careline needs Node ${wanted}, and this is Node ${process.versions.node}. ` +
        `Run "npm ci" in ${root}: it brings Node ${wanted} along (its install script must be allowed to run).\n`,
    )
    process.exitCode = 1
  }
}

function handOver(node) {
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc']
  const child = spawn(node, [fileURLToPath(import.meta.url), handedOver, ...args], { stdio })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('message', (message) => process.send && process.send(message))
  child.on('error', (error) => {
    process.stderr.write(`${node} does not start: ${error.message}\n`)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => process.exit(signal ? 1 : code))
}
