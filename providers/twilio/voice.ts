import type { Twilio } from 'twilio'
import { BoundedMap } from '../../kernel/bounded-map.ts'
import { type ChannelAccount, type ProviderError, ProviderFailure } from '../sender.ts'
import type { Caller, CallResult, OutgoingCall } from '../voice.ts'
import { endOf, meaningOfLeg } from './calls.ts'
import { openClient } from './client.ts'
import { asProviderError } from './inbound.ts'
import { recordingIn } from './media.ts'
import { type Places, statusUrlOf } from './sender.ts'
import { resultOf } from './sms.ts'
import { dial, document, say } from './twiml.ts'

const timeoutMs = 10_000
const clientsMax = 200
const listed = 20
/** Their clock and ours may differ by so much. */
const skewMs = 60_000
/** For so long a telephone rings. */
const ringSeconds = 30
/** Nobody means to be on the line for longer; a line that nobody hung up costs by the minute. */
const lastsSeconds = 4 * 60 * 60

/** Twilio's Calls resource: https://www.twilio.com/docs/voice/api/call-resource. */
export function twilioCaller({ baseUrlOf, originOf }: Places): Caller {
  const clients = new BoundedMap<string, Promise<Twilio>>(clientsMax)

  /** The SDK's client is dear to make: kept while the account is the same. */
  function clientOf(account: ChannelAccount): Promise<Twilio> {
    const { accountSid = '' } = account.fields
    const { authToken = '' } = account.secrets
    const baseUrl = baseUrlOf(account)
    const key = JSON.stringify([account.id, accountSid, authToken, baseUrl])
    const known = clients.get(key)
    if (known) return known
    const made = openClient({ accountSid, authToken, baseUrl: () => baseUrl }, timeoutMs)
    clients.set(key, made)
    return made
  }

  return {
    place: async (account, call) => {
      const told = (leg: string) => `${statusUrlOf(originOf(account), account.id, call.opaque)}/${leg}`
      return placed(() => clientOf(account), account, call, told)
    },

    async find(account, to, since) {
      const { from = '' } = account.fields
      const client = await clientOf(account)
      const latest = await client.calls.list({ to, from, limit: listed })
      return latest.find(({ dateCreated }) => dateCreated.getTime() >= since - skewMs)?.sid
    },

    async look(account, providerId, isOurs) {
      const client = await clientOf(account)
      const { status, duration } = await client.calls(providerId).fetch()
      if (!isOurs) return endOf(status)
      const legs = await client.calls.list({ parentCallSid: providerId, limit: listed })
      const heard = legs.map((leg) => meaningOfLeg('person', leg.status, leg.duration))
      return [meaningOfLeg('staff', status, duration), ...heard].filter((one) => one !== undefined)
    },

    async end(account, providerId) {
      const client = await clientOf(account)
      await once(() => client.calls(providerId).update({ status: 'completed' }), overAlready)
    },

    async forget(account, mediaId) {
      const sid = recordingIn(mediaId)
      if (sid === undefined) throw new Error('only a recording can be deleted')
      const client = await clientOf(account)
      await once(() => client.recordings(sid).remove(), goneAlready)
    },
  }
}

/** It rings first where whoever calls is; taken there, it is put through. */
async function placed(
  client: () => Promise<Twilio>,
  { fields: { from = '' } }: ChannelAccount,
  { first, then, says, language }: OutgoingCall,
  told: (leg: string) => string,
): Promise<CallResult> {
  if (!from.startsWith('+')) return { outcome: 'refused', error: noNumber }
  const put = dial({ to: then, callerId: from, seconds: ringSeconds, statusUrl: told('person') })
  try {
    const { sid } = await (
      await client()
    ).calls.create({
      ...{ to: first, from, twiml: document(...say(says, language), put), timeout: ringSeconds },
      ...{ statusCallback: told('staff'), statusCallbackEvent: ['initiated', 'ringing', 'answered', 'completed'] },
      timeLimit: lastsSeconds,
    })
    if (typeof sid === 'string' && sid !== '') return { outcome: 'accepted', providerId: sid }
    return { outcome: 'unknown', why: 'The answer names no call.' }
  } catch (thrown) {
    const result = resultOf(thrown)
    return result.outcome === 'refused' ? { outcome: 'refused', error: asProviderError(result.error) } : result
  }
}

/** What is so already need not be done. @throws ProviderFailure for what trying again may mend */
async function once(act: () => Promise<unknown>, isDone: readonly number[]) {
  try {
    await act()
  } catch (thrown) {
    const result = resultOf(thrown)
    if (result.outcome === 'refused' && isDone.includes(result.error.providerCode ?? 0)) return
    const failure = result.outcome === 'refused' ? asProviderError(result.error) : unanswered
    throw new ProviderFailure(failure, 'Twilio')
  }
}

/** "Call is not in-progress"; and a call of which Twilio knows nothing. */
const overAlready = [21220, 20404]
const goneAlready = [20404]

const noNumber: ProviderError = {
  code: 'number_needed',
  providerCode: null,
  title: 'Only a telephone number can call: this channel has a messaging service or a short code.',
  action: 'never',
}
const unanswered: ProviderError = {
  code: 'provider_unreachable',
  providerCode: null,
  title: 'Twilio did not answer.',
  action: 'retry',
}
