import { z } from 'zod'
import { type CommandName, type CommandShape, commandShapes } from '../commands/contract.ts'
import { type Code, ofOwners } from '../socket/codes.ts'
import { CommandRequest, done, Effect } from '../socket/protocol.ts'
import { commandExamples } from './examples.ts'
import { asked, example, messageRef } from './message.ts'
import type { Schemas } from './schemas.ts'

const channel = 'commands'
const always: readonly Code[] = ['no_such_command', 'not_allowed', 'module_off', 'stale', 'stale_command', ...ofOwners]

/** Each command with its input, its result and what it may be refused with. */
export function commandsOf(schemas: Schemas) {
  const all = Object.entries<CommandShape>(commandShapes).map(([name, shape]) => ({ name, ...shape }))
  return {
    channels: {
      [channel]: {
        address: 'command',
        title: 'Commands',
        description:
          'The same id again takes effect once, and gets the first answer. `expect` refuses with `stale` where the ' +
          'stream has gone on. `effect` says up to which `seq` of which stream the command’s events are.',
        messages: {
          ...Object.fromEntries(all.flatMap((one) => [given(one, schemas), answered(one, schemas)])),
          refused: messageRef('connection', 'refused'),
        },
      },
    },
    operations: Object.fromEntries(
      all.map(({ name, codes }) => [
        `give_${name}`,
        asked({ channel, message: name, answer: `${name}.done`, summary: name, codes: [...always, ...codes] }),
      ]),
    ),
  }
}

type Command = { name: string } & CommandShape

const given = ({ name, input, isFleeting }: Command, schemas: Schemas): [string, object] => [
  name,
  {
    name,
    title: `Command ${name}`,
    ...(isFleeting && { description: 'Only true now: do not repeat it.' }),
    payload: schemas.name(`command.${name}`, CommandRequest.extend({ name: z.literal(name), input })),
    ...exampleOf(name, ({ input: one }) => ({ id: '01993f0a-5c1e-7d3a-9b5e-6f1c2d3e4f51', name, input: one })),
    'x-emit': 'command',
  },
]

const answered = ({ name, result, isFleeting }: Command, schemas: Schemas): [string, object] => [
  `${name}.done`,
  {
    name: `${name}.done`,
    title: `The answer to ${name}`,
    payload: schemas.name(
      `command.${name}.done`,
      done(isFleeting ? { result } : { result, effect: Effect.optional() }),
    ),
    ...exampleOf(name, ({ result: one }) => ({
      ok: true,
      result: one,
      ...(!isFleeting && { effect: { stream: 'conversation:example', seq: 43 } }),
    })),
  },
]

const exampleOf = (name: string, of: (one: { input: unknown; result: unknown }) => unknown) => {
  const one = commandExamples[name as CommandName]
  return { examples: example(of(one)) }
}
