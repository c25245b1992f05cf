import { conversation } from '../../../actors/conversation/contract.ts'
import type { Workspace } from '../../../actors/runtime/contract.ts'
import { principal } from '../../../actors/runtime/system.ts'
import { user } from '../../../actors/user/contract.ts'
import type { Outgoing } from '../../../kernel/content.ts'
import { newId } from '../../../kernel/id.ts'
import { samples } from '../../../providers/whatsapp/simulator/samples.ts'
import type { Somebody } from '../../../providers/whatsapp/simulator/simulator.ts'
import type { Careline } from '../../main.ts'
import { enterAddress, mailsUs, textsUs } from './beside.ts'
import type { PastClock } from './past-clock.ts'
import { msOf, type Person, staff, type Step, type Story, type Who } from './script.ts'

/** So long after each step all that waits for a moment has happened: what is told a little later, what is tried again. */
const afterMs = 2_000

interface Stage {
  careline: Careline
  clock: PastClock
  workspaceId: string
  channelId: string
  members: Record<Who, string>
}

type StaffStep = Extract<Step, { by: Who }>
type BesideStep = Extract<Step, { does: 'texts' | 'mails' | 'usesApp' }>
const isBeside = (step: Step): step is BesideStep => ['texts', 'mails', 'usesApp'].includes(step.does)

/** Plays stories on a server that lives in the past: real phones, real webhooks, real turns. */
export class Play {
  readonly #stage: Stage
  readonly #now: number

  /** `now`: the moment that the stories count back from, epoch ms. */
  constructor(stage: Stage, now: number) {
    this.#stage = stage
    this.#now = now
  }

  /** `besides`: what belongs to nobody's story. */
  async run(stories: readonly Story[], besides: readonly (readonly [ago: string, does: () => Promise<unknown>])[]) {
    const moments = stories.flatMap(({ person, scenes }) => {
      const actor = new Actor(this.#stage, person)
      const met = () => actor.introduced()
      return scenes.map(([ago, step]) => ({ at: this.#now - msOf(ago), does: () => actor.does(step), met }))
    })
    const all = [...moments, ...besides.map(([ago, does]) => ({ at: this.#now - msOf(ago), does, met: undefined }))]
    all.sort((one, other) => one.at - other.at)
    for (const { at, does, met } of all) {
      this.#stage.clock.advance(at)
      await does()
      await this.#settled()
      this.#stage.clock.advance(at + afterMs)
      await this.#settled()
      await met?.()
    }
    this.#stage.clock.advance(this.#now)
    await this.#settled()
  }

  /** Nothing is under way: no webhook, no turn, no effect. */
  async #settled() {
    const { simulator, twilioSimulator, mailSimulator, intake, system } = this.#stage.careline
    for (let round = 0; round < 3; round++) {
      await simulator?.settled()
      await twilioSimulator?.settled()
      await mailSimulator?.settled()
      await intake.settled()
      await system.settled()
    }
  }
}

/** One person of a story, with the phone in hand, and those of the staff who talk with them. */
class Actor {
  readonly #stage: Stage
  readonly #person: Person
  readonly #phone: Somebody
  #lastId = ''
  #place: { userId: string; conversationId: string } | undefined

  constructor(stage: Stage, person: Person) {
    const { simulator } = stage.careline
    if (!simulator) throw new Error('a demo needs its simulator')
    this.#stage = stage
    this.#person = person
    const { waId, name, hidesNumber = false } = person
    this.#phone = simulator.person(waId, name, { hidesNumber })
  }

  async does(step: Step) {
    if ('by' in step) await this.#staff(step)
    else if (isBeside(step)) await this.#beside(step)
    else this.#phoned(step)
  }

  /** After the first words: where and in which language this person lives. */
  async introduced() {
    if (this.#place || !this.#lastId) return
    const { careline, workspaceId, channelId } = this.#stage
    const row = await careline.storage.queries.messageByProviderId(workspaceId, channelId, this.#lastId)
    if (!row) throw new Error(`${this.#person.name} was not heard`)
    const { userId, conversationId } = row
    this.#place = { userId, conversationId }
    const { timezone, locale } = this.#person
    await this.#as('ana').at(user, userId).update({ timezone, locale, stage: 'engaged' })
  }

  /** On another way than WhatsApp. */
  async #beside(step: BesideStep) {
    const { careline, workspaceId, members } = this.#stage
    const { name, waId } = this.#person
    const phone = `+${waId}`
    if (step.does === 'texts') return textsUs(careline, { from: phone, text: step.text })
    if (step.does === 'mails') return mailsUs(careline, { ...step, name })
    const { conversationId, userId } = this.#known()
    // Without a code: of those only so many go to one number in a day, and a demo may be made anew more often.
    await enterAddress(careline, { workspaceId, memberId: members.helena, userId, kind: 'app', value: userId })
    const theirs = careline.system.workspace(workspaceId, principal('person', userId))
    return theirs.at(conversation, conversationId).write({ content: { kind: 'text', text: step.text } })
  }

  #phoned(step: Exclude<Step, StaffStep | BesideStep>) {
    const phone = this.#phone
    const where = { channelId: this.#stage.channelId }
    switch (step.does) {
      case 'says':
        return this.#says(step.act, step.isAnswer ? this.#ours() : undefined)
      case 'taps':
        return this.#says({ kind: 'answer', to: this.#ours(), id: step.id })
      case 'likes':
        return phone.sends({ kind: 'reaction', to: this.#ours(), emoji: step.emoji }, where)
      case 'corrects':
        return phone.sends({ kind: 'edit', to: this.#lastId, text: step.text }, where)
      case 'reads':
        phone.opens(where)
        return phone.closes(where)
      case 'goes':
        return phone.goes(step.online ? 'online' : 'offline')
    }
  }

  #says(act: Parameters<Somebody['sends']>[0], replyTo?: string) {
    const { channelId } = this.#stage
    this.#lastId = this.#phone.sends(act, { channelId, ...(replyTo !== undefined && { replyTo }) }).id
  }

  /** The provider's id of what the business said last. */
  #ours() {
    const { messages } = this.#phone.chat({ channelId: this.#stage.channelId })
    const last = messages.findLast(({ by }) => by === 'business')
    if (!last) throw new Error(`nobody has answered ${this.#person.name} yet`)
    return last.id
  }

  async #staff(step: StaffStep): Promise<unknown> {
    const { conversationId, userId } = this.#known()
    const it = this.#as(step.by).at(conversation, conversationId)
    const { careline, workspaceId, members } = this.#stage
    switch (step.does) {
      case 'writes':
        if (step.failsWith !== undefined) this.#willFail(step.failsWith)
        return it.send({ content: step.content })
      case 'attaches':
        return it.send({ content: await this.#document(step) })
      case 'reacts':
        return it.send({ content: { kind: 'reaction', to: await this.#theirs(), emoji: step.emoji } })
      case 'notes':
        return it.note({ text: step.text, ...(step.mentions && { mentions: [members[step.mentions]] }) })
      case 'sees':
        return it.read({ upTo: (await it.view()).messageCount })
      case 'enters':
        return enterAddress(careline, {
          workspaceId,
          memberId: members[step.by],
          userId,
          kind: 'email',
          value: step.email,
        })
      case 'assigns':
        return it.assign({ assigneeId: step.to && members[step.to] })
      case 'marks':
        return it.setStatus({ status: step.status })
    }
  }

  #willFail(code: number) {
    const { careline, channelId } = this.#stage
    const { simulator } = careline
    simulator?.setFaults(simulator.channel({ channelId }), { failLater: { code, times: 1 } })
  }

  async #document({ by, fileName, caption }: Extract<Step, { does: 'attaches' }>): Promise<Outgoing> {
    const { careline, workspaceId, members } = this.#stage
    const { make, mime } = samples.document
    const [fileId, bytes] = [newId('fil'), make()]
    await careline.files.room.keep(workspaceId, { fileId, bytes, mime, fileName, by: members[by] })
    return { kind: 'document', mime, fileId, fileName, sizeBytes: bytes.length, caption }
  }

  /** Our id of what the person said last. */
  async #theirs() {
    const { careline, workspaceId, channelId } = this.#stage
    const row = await careline.storage.queries.messageByProviderId(workspaceId, channelId, this.#lastId)
    if (!row) throw new Error(`${this.#person.name} was not heard`)
    return row._id
  }

  #known() {
    if (!this.#place) throw new Error(`${this.#person.name} has not written yet`)
    return this.#place
  }

  #as(who: Who): Workspace {
    const { careline, workspaceId, members } = this.#stage
    return careline.system.workspace(workspaceId, principal(staff[who].role, members[who]))
  }
}
