import {
  IconAntennaBarsOff,
  IconArrowsShuffle,
  IconCloudOff,
  IconCopy,
  IconHandStop,
  IconHourglass,
  IconMailOff,
  IconPlayerPause,
  IconTemplateOff,
  IconThumbDown,
} from '@tabler/icons-react'
import type { Faults } from './phone-api.ts'

export interface Fault {
  name: string
  icon: typeof IconCloudOff
  says: string
  isOn: (faults: Faults) => boolean
  on: Partial<Faults>
  off: Partial<Faults>
}

/** Reasons that WhatsApp refuses for, by Meta's code, in the words of the fault bar. */
export const refusals = [
  { code: 131_047, says: 'the 24 hours are over' },
  { code: 131_026, says: 'not on WhatsApp' },
  { code: 130_429, says: 'too many messages' },
  { code: 131_056, says: 'too many to this person' },
  { code: 190, says: 'the token has expired' },
  { code: 131_031, says: 'the account is locked' },
]

export const refusing = (code: number): Partial<Faults> => ({ refuse: { code, times: null } })

/** What may go wrong between Careline and WhatsApp; each says what will be seen of it. */
export const faults: Fault[] = [
  {
    name: 'Refuse',
    icon: IconHandStop,
    says: 'WhatsApp refuses what is sent. The inbox shows WhatsApp’s own reason, and tries again where that can help.',
    isOn: ({ refuse }) => refuse !== null,
    on: refusing(131_026),
    off: { refuse: null },
  },
  {
    name: 'Accept, then fail',
    icon: IconThumbDown,
    says: 'WhatsApp takes the message and says later that it failed. The tick turns into a red mark with the reason.',
    isOn: ({ failLater }) => failLater !== null,
    on: { failLater: { code: 131_049, times: null } },
    off: { failLater: null },
  },
  {
    name: 'Cut the line',
    icon: IconAntennaBarsOff,
    says: 'Nobody reaches WhatsApp. Answers wait with a clock and leave by themselves when it is back.',
    isOn: ({ down }) => down,
    on: { down: true },
    off: { down: false },
  },
  {
    name: 'Unavailable',
    icon: IconCloudOff,
    says: 'WhatsApp answers 503. Answers wait and are tried again, less and less often.',
    isOn: ({ unavailable }) => unavailable,
    on: { unavailable: true },
    off: { unavailable: false },
  },
  {
    name: 'Slow',
    icon: IconHourglass,
    says: 'Each answer of WhatsApp takes 8 s. The inbox stays quick: only the ticks come late.',
    isOn: ({ latencyMs }) => latencyMs > 0,
    on: { latencyMs: 8_000 },
    off: { latencyMs: 0 },
  },
  {
    name: 'Lose the answer',
    icon: IconMailOff,
    says: 'WhatsApp delivers but does not say so. Careline finds out, and sends nothing a second time.',
    isOn: ({ dropAnswer }) => dropAnswer !== null,
    on: { dropAnswer: { times: null } },
    off: { dropAnswer: null },
  },
  {
    name: 'Reject templates',
    icon: IconTemplateOff,
    says: 'Templates that are handed in are rejected. Settings show WhatsApp’s reason, and nothing is sent with them.',
    isOn: ({ rejectTemplates }) => rejectTemplates !== null,
    on: { rejectTemplates: { reason: 'PROMOTIONAL', times: null } },
    off: { rejectTemplates: null },
  },
  {
    name: 'Tell twice',
    icon: IconCopy,
    says: 'Each webhook comes twice. Each message is shown once.',
    isOn: ({ webhooksTwice }) => webhooksTwice,
    on: { webhooksTwice: true },
    off: { webhooksTwice: false },
  },
  {
    name: 'Tell in disorder',
    icon: IconArrowsShuffle,
    says: '“Read” comes before “sent”. Ticks never go back.',
    isOn: ({ webhooksShuffled }) => webhooksShuffled > 0,
    on: { webhooksShuffled: 5 },
    off: { webhooksShuffled: 0 },
  },
  {
    name: 'Hold webhooks',
    icon: IconPlayerPause,
    says: 'Nothing reaches the inbox until you let go. Then it catches up.',
    isOn: ({ webhooksPaused }) => webhooksPaused,
    on: { webhooksPaused: true },
    off: { webhooksPaused: false },
  },
]
