import { type Connection, type InferSchemaType, Schema, type Types } from 'mongoose'

const webhookEvent = new Schema(
  { _id: String, raw: { type: String, required: true }, receivedAt: { type: Date, index: true }, processedAt: Date },
  { versionKey: false },
)

const person = new Schema(
  { phone: { type: String, required: true, unique: true }, name: { type: String, maxlength: 200 }, lastSeenAt: Date },
  { versionKey: false },
)

const conversation = new Schema(
  {
    phone: { type: String, required: true, unique: true },
    name: { type: String, maxlength: 200 },
    status: { type: String, enum: ['open', 'pending', 'resolved'], default: 'open' },
    assigneeId: { type: String, default: null },
    unread: { type: Number, default: 0 },
    messageCount: { type: Number, default: 0 },
    waitingSince: { type: Date, default: null },
    windowExpiresAt: Date,
    lastMessageAt: Date,
    lastText: String,
  },
  { versionKey: false },
)
conversation.index({ status: 1, lastMessageAt: -1 })

const message = new Schema(
  {
    conversationId: { type: Schema.Types.ObjectId, required: true },
    n: { type: Number, required: true },
    direction: { type: String, enum: ['in', 'out'], required: true },
    authorId: { type: String, required: true },
    text: { type: String, required: true, maxlength: 4_096 },
    status: { type: String, enum: ['received', 'pending', 'sent', 'delivered', 'read', 'failed'], required: true },
    providerId: String,
    at: { type: Date, required: true },
  },
  { versionKey: false },
)
message.index({ conversationId: 1, n: -1 })
message.index({ providerId: 1 }, { unique: true, partialFilterExpression: { providerId: { $type: 'string' } } })

const counts = new Schema(
  { _id: String, open: { type: Number, default: 0 }, unread: { type: Number, default: 0 } },
  { versionKey: false },
)

export type Conversation = InferSchemaType<typeof conversation> & { _id: Types.ObjectId }
export type Counts = InferSchemaType<typeof counts>

export function modelsOn(connection: Connection) {
  return {
    WebhookEvent: connection.model('webhook_event', webhookEvent),
    Person: connection.model('person', person),
    Conversation: connection.model('conversation', conversation),
    Message: connection.model('message', message),
    Counts: connection.model('counts', counts),
  }
}
export type Models = ReturnType<typeof modelsOn>
