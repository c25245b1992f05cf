import { enableCompileCache } from 'node:module'
import { workerData } from 'node:worker_threads'
import type { OpenOptions } from './open.ts'

export type ThreadData = OpenOptions & { keepsCompiled: boolean }

// A thread does not share the compile cache of its process unless it is told to, before it reads anything.
if ((workerData as ThreadData).keepsCompiled) enableCompileCache()
await import('./worker.ts')
