import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'
import type { Content } from '../../../kernel/content.ts'
import type { Faults } from './settings.ts'
import { bounds, noFaults } from './settings.ts'

// All that the simulator knows, in one SQLite database, written before anything is answered: a process that is killed
// takes nothing with it (WAL survives the process; only a power cut could take the last moments).

export interface PersonRow {
  waId: string
  userId: string
  name: string
  online: boolean
  hidesNumber: boolean
}
export interface ChatRow {
  phoneNumberId: string
  waId: string
  open: boolean
  unread: number
  lastInAt: number | null
  typingUntil: number | null
}
export interface MessageRow {
  id: string
  phoneNumberId: string
  waId: string
  by: 'person' | 'business'
  at: number
  content: Content
  shown: string | null
  replyTo: string | null
  status: 'sent' | 'delivered' | 'read' | 'failed'
  error: { code: number; title: string } | null
  reactions: { person?: string; business?: string }
  isEdited: boolean
  isDeleted: boolean
  opaque: string | null
}
export interface MediaRow {
  id: string
  phoneNumberId: string
  mime: string
  sha256: string
  fileName: string | null
  bytes: Uint8Array
}
export interface WebhookRow {
  seq: number
  phoneNumberId: string
  waId: string
  /** The person's message that this tells of: its tick comes when the webhook is taken. */
  messageId: string | null
  body: string
  rank: number
  dueAt: number
  attempts: number
}

/** A template as Meta has it; `next` is what it becomes when it has been looked at. */
export interface TemplateRow {
  id: string
  businessId: string
  name: string
  language: string
  category: string
  components: Record<string, unknown>[]
  ttlSeconds: number | null
  status: 'PENDING' | 'APPROVED' | 'REJECTED' | 'PAUSED' | 'DISABLED'
  reason: string
  /** Since when, epoch ms. */
  at: number
  next: { status: 'APPROVED' | 'REJECTED'; reason: string; at: number } | null
}

const schema = `
  create table if not exists people (wa_id text primary key, json text not null, user_id text not null) strict;
  create unique index if not exists people_user on people (user_id);
  create table if not exists chats (number text not null, wa_id text not null, json text not null,
    primary key (number, wa_id)) strict;
  create table if not exists messages (seq integer primary key, id text not null unique, number text not null,
    wa_id text not null, at integer not null, json text not null) strict;
  create index if not exists messages_chat on messages (number, wa_id, seq);
  create table if not exists media (id integer primary key, number text not null, json text not null,
    bytes blob not null) strict;
  create table if not exists webhooks (seq integer primary key autoincrement, number text not null,
    wa_id text not null, message_id text, body text not null, rank real not null, due_at integer not null,
    attempts integer not null default 0) strict;
  create table if not exists templates (id text primary key, business text not null, name text not null,
    language text not null, json text not null) strict;
  create unique index if not exists templates_name on templates (business, name, language);
  create table if not exists faults (number text primary key, json text not null) strict;
  create table if not exists counters (name text primary key, value integer not null) strict;`

type Row = Record<string, unknown>

export class Ledger {
  readonly #db: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(file = ':memory:') {
    this.#db = new DatabaseSync(file)
    this.#db.exec('pragma journal_mode = wal; pragma synchronous = normal; pragma busy_timeout = 2000')
    this.#db.exec(schema)
  }

  close(): void {
    this.#statements.clear()
    this.#db.close()
  }

  /** All of it or nothing. */
  together<Value>(change: () => Value): Value {
    if (this.#db.isTransaction) return change()
    this.#db.exec('begin immediate')
    try {
      const value = change()
      this.#db.exec('commit')
      return value
    } catch (thrown) {
      this.#db.exec('rollback')
      throw thrown
    }
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql)
    this.#statements.set(sql, known)
    return known
  }
  #run(sql: string, ...values: SQLInputValue[]) {
    return this.#statement(sql).run(...values)
  }
  #rows<Value>(sql: string, ...values: SQLInputValue[]): Value[] {
    return (this.#statement(sql).all(...values) as Row[]).map((row) => JSON.parse(String(row.json)) as Value)
  }
  #row<Value>(sql: string, ...values: SQLInputValue[]): Value | undefined {
    return this.#rows<Value>(sql, ...values)[0]
  }

  person = (waId: string) => this.#row<PersonRow>('select json from people where wa_id = ?', waId)
  personByUserId = (userId: string) => this.#row<PersonRow>('select json from people where user_id = ?', userId)
  savePerson(person: PersonRow): void {
    const sql = 'insert or replace into people (wa_id, json, user_id) values (?, ?, ?)'
    this.#run(sql, person.waId, JSON.stringify(person), person.userId)
  }
  countPeople = () => Number((this.#statement('select count(*) as n from people').get() as Row).n)
  /** Newest words first, then those who never spoke. */
  people = (limit: number) =>
    this.#rows<PersonRow>(
      `select p.json from people p left join (select wa_id, max(seq) as last from messages group by wa_id) m
       on m.wa_id = p.wa_id order by m.last is null, m.last desc, p.wa_id limit ?`,
      limit,
    )

  chat(phoneNumberId: string, waId: string): ChatRow {
    return (
      this.#row<ChatRow>('select json from chats where number = ? and wa_id = ?', phoneNumberId, waId) ?? {
        phoneNumberId,
        waId,
        open: false,
        unread: 0,
        lastInAt: null,
        typingUntil: null,
      }
    )
  }
  chatsOf = (waId: string) => this.#rows<ChatRow>('select json from chats where wa_id = ? order by number', waId)
  saveChat(chat: ChatRow): void {
    const sql = 'insert or replace into chats (number, wa_id, json) values (?, ?, ?)'
    this.#run(sql, chat.phoneNumberId, chat.waId, JSON.stringify(chat))
  }

  message = (id: string) => this.#row<MessageRow>('select json from messages where id = ?', id)
  addMessage(message: MessageRow): void {
    const { id, phoneNumberId, waId, at } = message
    const sql = 'insert into messages (id, number, wa_id, at, json) values (?, ?, ?, ?, ?)'
    const { lastInsertRowid } = this.#run(sql, id, phoneNumberId, waId, at, JSON.stringify(message))
    // Once in a while, not with each: the sub-query walks the chat.
    if (Number(lastInsertRowid) % 100 === 0)
      this.#run(
        `delete from messages where number = ? and wa_id = ? and seq <= (select seq from messages
         where number = ? and wa_id = ? order by seq desc limit 1 offset ?)`,
        ...[phoneNumberId, waId, phoneNumberId, waId, bounds.messagesKept],
      )
  }
  saveMessage(message: MessageRow): void {
    this.#run('update messages set json = ? where id = ?', JSON.stringify(message), message.id)
  }
  /** The newest of a chat, oldest first. */
  messages(phoneNumberId: string, waId: string, limit: number, before = Number.MAX_SAFE_INTEGER): MessageRow[] {
    const sql = 'select json from messages where number = ? and wa_id = ? and at < ? order by seq desc limit ?'
    return this.#rows<MessageRow>(sql, phoneNumberId, waId, before, limit).reverse()
  }

  addMedia(media: Omit<MediaRow, 'id'>): string {
    const { bytes, ...rest } = media
    const sql = 'insert into media (number, json, bytes) values (?, ?, ?)'
    const { lastInsertRowid } = this.#run(sql, media.phoneNumberId, JSON.stringify(rest), bytes)
    this.#run('delete from media where id <= ?', Number(lastInsertRowid) - bounds.mediaKept)
    return String(lastInsertRowid)
  }
  media(id: string): MediaRow | undefined {
    if (!/^\d{1,15}$/.test(id)) return undefined
    const row = this.#statement('select json, bytes from media where id = ?').get(Number(id)) as Row | undefined
    if (row === undefined) return undefined
    const rest = JSON.parse(String(row.json)) as Omit<MediaRow, 'id' | 'bytes'>
    return { ...rest, id, bytes: row.bytes as Uint8Array }
  }

  addWebhook({ phoneNumberId, waId, messageId, body, dueAt }: Omit<WebhookRow, 'seq' | 'rank' | 'attempts'>): number {
    const sql = 'insert into webhooks (number, wa_id, message_id, body, rank, due_at) values (?, ?, ?, ?, 0, ?)'
    return Number(this.#run(sql, phoneNumberId, waId, messageId, body, dueAt).lastInsertRowid)
  }
  saveWebhook({ seq, rank, dueAt, attempts }: WebhookRow): void {
    this.#run('update webhooks set rank = ?, due_at = ?, attempts = ? where seq = ?', rank, dueAt, attempts, seq)
  }
  removeWebhook(seq: number): void {
    this.#run('delete from webhooks where seq = ?', seq)
  }
  webhooks(): WebhookRow[] {
    const sql = `select seq, number as phoneNumberId, wa_id as waId, message_id as messageId, body, rank,
      due_at as dueAt, attempts from webhooks order by rank, seq`
    return this.#statement(sql).all() as unknown as WebhookRow[]
  }

  template = (id: string) => this.#row<TemplateRow>('select json from templates where id = ?', id)
  templateOf = (businessId: string, name: string, language: string) =>
    this.#row<TemplateRow>(
      'select json from templates where business = ? and name = ? and language = ?',
      businessId,
      name,
      language,
    )
  templates = (businessId: string) =>
    this.#rows<TemplateRow>('select json from templates where business = ? order by name, language', businessId)
  saveTemplate(row: TemplateRow): void {
    const sql = 'insert or replace into templates (id, business, name, language, json) values (?, ?, ?, ?, ?)'
    this.#run(sql, row.id, row.businessId, row.name, row.language, JSON.stringify(row))
  }
  removeTemplate(id: string): void {
    this.#run('delete from templates where id = ?', id)
  }

  faults = (phoneNumberId: string): Faults => ({
    ...noFaults,
    ...this.#row<Faults>('select json from faults where number = ?', phoneNumberId),
  })
  saveFaults(phoneNumberId: string, faults: Faults): void {
    this.#run('insert or replace into faults (number, json) values (?, ?)', phoneNumberId, JSON.stringify(faults))
  }

  /** 1, 2, 3 … also across restarts. */
  next(counter: string): number {
    const sql = `insert into counters (name, value) values (?, 1)
      on conflict (name) do update set value = value + 1 returning value`
    return Number((this.#statement(sql).get(counter) as Row).value)
  }
}
