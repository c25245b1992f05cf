import { type Schema, schemaBreaks } from './schemas.ts'

interface Parameter {
  name: string
  in: string
  required?: boolean
  schema?: Schema
}
type Content = Record<string, { schema?: Schema }>
interface Operation {
  operationId: string
  security?: object[]
  parameters?: Parameter[]
  requestBody?: { required?: boolean; content: Content }
  responses: Record<string, { content?: Content; 'x-codes'?: string[] }>
}
export interface OpenApi {
  paths: Record<string, Record<string, Operation>>
}

/** What an app that was written for `before` cannot live with, in words. */
export function openApiBreaks(before: OpenApi, after: OpenApi): string[] {
  return Object.entries(before.paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) => {
      const now = after.paths[path]?.[method]
      const found = now ? new Pair(before, after).operation(operation, now) : ['it is gone']
      return found.map((what) => `${method.toUpperCase()} ${path}: ${what}`)
    }),
  )
}

class Pair {
  readonly #before: OpenApi
  readonly #after: OpenApi

  constructor(before: OpenApi, after: OpenApi) {
    this.#before = before
    this.#after = after
  }

  operation(was: Operation, is: Operation): string[] {
    const found = [...this.#parameters(was, is), ...this.#body(was, is), ...this.#answers(was, is)]
    if (was.operationId !== is.operationId) found.push(`its operation is called ${is.operationId} now`)
    if (!was.security?.length && is.security?.length) found.push('it must be called signed in now')
    return found
  }

  #parameters({ parameters: was = [] }: Operation, { parameters: is = [] }: Operation): string[] {
    const same = (one: Parameter) => (other: Parameter) => one.name === other.name && one.in === other.in
    const kept = was.flatMap((one) => {
      const now = is.find(same(one))
      if (!now) return [`the parameter \`${one.name}\` is gone`]
      const found = this.#schemas(one.schema, now.schema, 'said by clients')
      if (!one.required && now.required) found.push('it must be given now')
      return found.map((what) => `the parameter \`${one.name}\`: ${what}`)
    })
    const added = is.filter((one) => one.required && !was.some(same(one)))
    return [...kept, ...added.map(({ name }) => `the parameter \`${name}\` must be given now`)]
  }

  #body({ requestBody: was }: Operation, { requestBody: is }: Operation): string[] {
    if (!was) return is?.required ? ['a body must be given now'] : []
    if (!is) return ['it takes no body any more']
    return this.#content(was.content, is.content, 'said by clients').map((what) => `its body: ${what}`)
  }

  #answers({ responses: was }: Operation, { responses: is }: Operation): string[] {
    return Object.entries(was).flatMap(([status, { content = {}, 'x-codes': codes = [] }]) => {
      const now = is[status]
      if (!now) return [`its answer ${status} is gone`]
      const gone = codes.filter((code) => !now['x-codes']?.includes(code))
      return [
        ...this.#content(content, now.content ?? {}, 'heard by clients').map((what) => `its answer ${status}: ${what}`),
        ...gone.map((code) => `the code \`${code}\` is gone`),
      ]
    })
  }

  #content(was: Content, is: Content, direction: Parameters<typeof schemaBreaks>[2]): string[] {
    return Object.entries(was).flatMap(([mime, { schema }]) => {
      const now = is[mime]
      return now ? this.#schemas(schema, now.schema, direction) : [`${mime} is gone`]
    })
  }

  #schemas(was: Schema | undefined, is: Schema | undefined, direction: Parameters<typeof schemaBreaks>[2]) {
    return schemaBreaks({ schema: was, document: this.#before }, { schema: is, document: this.#after }, direction)
  }
}
