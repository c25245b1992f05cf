import { actors } from '../actors/index.ts'
import { asyncApi } from '../realtime/asyncapi/document.ts'
import { sources } from '../realtime/streams/index.ts'
import { components } from './openapi.ts'

/** AsyncAPI of this server's sockets; what occurs in both documents bears the same name. */
export const socketDocument = () =>
  asyncApi({ contracts: actors.map(({ contract }) => contract), sources, names: components })
