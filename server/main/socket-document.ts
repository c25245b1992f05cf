import { actors } from '../../actors/index.ts'
import { asyncApi } from '../../realtime/asyncapi/document.ts'
import { sources } from '../../realtime/streams/index.ts'
import { components } from '../http/openapi.ts'

/** AsyncAPI of this server's sockets; what occurs in both documents bears the same name. A tenth of a second of work. */
export const socketDocument = () =>
  asyncApi({ contracts: actors.map(({ contract }) => contract), sources, names: components })
