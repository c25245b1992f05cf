import type { Stored } from '../connection.ts'

/** How far the index of a workspace's words is. */
export type SearchState = Stored & {
  arePeopleDone?: boolean
  status: 'filling' | 'whole' | 'emptying' | 'empty'
  cursor?: string
  pass?: number
  since: Date
}

/** Of a workspace that begins with it: all that it will ever have goes into the index as it is written. */
export const wholeFrom = (workspaceId: string): SearchState => {
  return { _id: workspaceId, status: 'whole', arePeopleDone: true, since: new Date(0) }
}
