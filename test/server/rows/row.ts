/** What the rows of a test's business are called. */
export interface Known {
  conversationId: string
  messageId: string
  userId: string
  memberId: string
  channelId: string
  keyId: string
  /** With a test among its deliveries. */
  endpointId: string
  fileId: string
  /** Two of them: one is replayed, one dropped. */
  letterIds: [string, string]
  /** The owner's. */
  remarkId: string
  teamId: string
  serviceId: string
  cannedId: string
  templateId: string
  macroId: string
  viewId: string
  slaId: string
  slackRuleId: string
  segmentId: string
  importId: string
  exportId: string
  errorId: string
  fieldId: string
  tagId: string
  optionId: string
}
/** One route, asked for something that its own workspace has. */
export interface Row {
  path(known: Known): string
  body?: object | Uint8Array
  /** What its own workspace gets. */
  status: number
}

export type Rows = Record<string, Row>
