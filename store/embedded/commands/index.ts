import { refuse } from '../errors.ts'
import { validateCommand } from '../validate.ts'
import { aggregate } from './aggregate.ts'
import {
  collStats,
  create,
  dbStats,
  drop,
  dropDatabase,
  listCollections,
  listDatabases,
  renameCollection,
} from './collections.ts'
import type { Command, Kind, Request, Task } from './command.ts'
import { explain } from './explain.ts'
import { findAndModify } from './find-and-modify.ts'
import { count, distinct, findCommand, getMore, killCursors } from './find.ts'
import { handshake } from './handshake.ts'
import { collMod, createIndexes, dropIndexes, listIndexes } from './indexes.ts'
import { update } from './update.ts'
import { insert, remove } from './write.ts'

/** Everything that the store answers. */
const COMMANDS = new Map<string, Command>([
  ...handshake,
  ['find', findCommand],
  ['getMore', getMore],
  ['killCursors', killCursors],
  ['count', count],
  ['distinct', distinct],
  ['aggregate', aggregate],
  ['explain', explain],
  ['insert', insert],
  ['update', update],
  ['delete', remove],
  ['findAndModify', findAndModify],
  ['findandmodify', findAndModify],
  ['createIndexes', createIndexes],
  ['dropIndexes', dropIndexes],
  ['listIndexes', listIndexes],
  ['collMod', collMod],
  ['create', create],
  ['drop', drop],
  ['dropDatabase', dropDatabase],
  ['renameCollection', renameCollection],
  ['listCollections', listCollections],
  ['listDatabases', listDatabases],
  ['collStats', collStats],
  ['dbStats', dbStats],
])

/** What takes its time beside all other commands. */
const TASKS = new Map<string, Task>([['validate', validateCommand]])

/** What every command may carry. Sessions and cluster times mean nothing to a standalone server, which ignores them. */
const COMMON = new Set([
  '$db',
  '$readPreference',
  '$clusterTime',
  'lsid',
  'comment',
  'maxTimeMS',
  'readConcern',
  'writeConcern',
  'apiVersion',
  'apiStrict',
  'apiDeprecationErrors',
])

/** The command and its kind, once everything that makes it impossible has been refused. */
export function commandFor(request: Request): { command: Command; kind: Kind } {
  const { name, command: given, store } = request
  if (IN_TRANSACTIONS.some((field) => given[field] !== undefined))
    refuse(20, 'Transaction numbers are only allowed on a replica set member or mongos')
  const command = COMMANDS.get(name) ?? refuse(59, `no such command: '${name}'`)
  checkFields(request, command)
  checkConcerns(request)
  const kind = typeof command.kind === 'function' ? command.kind(given) : command.kind
  if (kind === 'write' && store.isReadOnly) readOnly()
  return { command, kind }
}

/** The task of this name, once everything that makes it impossible has been refused; undefined: it is a command. */
export function taskFor(request: Request): Task | undefined {
  const task = TASKS.get(request.name)
  if (task) checkFields(request, task)
  return task
}

const IN_TRANSACTIONS = ['txnNumber', 'startTransaction', 'autocommit']

function checkFields({ name, command: given }: Request, command: Pick<Command, 'fields'>): void {
  if (command.fields[0] === '*') return
  for (const field of Object.keys(given))
    if (field !== name && !COMMON.has(field) && !command.fields.includes(field))
      refuse(40415, `BSON field '${name}.${field}' is an unknown field.`)
}

/** Not MongoDB's IllegalOperation (20): drivers take that, on a write, for a server without retryable writes. */
function readOnly(): never {
  return refuse(13, 'not authorized to execute a write operation: the store was opened read-only')
}

function checkConcerns(request: Request): void {
  const { command } = request
  const level = command['readConcern'] === undefined ? undefined : request.document('readConcern')['level']
  if (level === 'snapshot' || level === 'linearizable')
    refuse(123, `node needs to be a replica set member to use read concern`)
  const w = command['writeConcern'] === undefined ? undefined : request.document('writeConcern')['w']
  if (typeof w === 'number' && w > 1) refuse(2, "cannot use 'w' > 1 when a host is not replicated")
}
