import type { Letter } from '../../actors/letterbox/contract.ts'

type Asked = Extract<Letter, { about: 'privacy_request' }>

/** What people ask for by the law, for those who may answer. */
export const privacyEn = ({ workspace, kind, news, ends }: Asked) => ({
  subject:
    news === 'new'
      ? `Somebody asks ${workspace} ${kind === 'erasure' ? 'to be erased' : 'for their data'}`
      : `A request of ${workspace} has to be answered by ${ends}`,
  before: [
    kind === 'erasure'
      ? 'Somebody whom you look after asks to be erased. They have shown that it is them.'
      : 'Somebody whom you look after asks for everything that you keep of them. They have shown that it is them.',
    `The law gives you a month: it has to be answered by ${ends}.`,
  ],
  press: 'Look at the request',
  after: [],
})

export const privacyDe = ({ workspace, kind, news, ends }: Asked) => ({
  subject:
    news === 'new'
      ? `Jemand bittet ${workspace} um ${kind === 'erasure' ? 'Löschung' : 'seine Daten'}`
      : `Eine Anfrage an ${workspace} ist bis zum ${ends} zu beantworten`,
  before: [
    kind === 'erasure'
      ? 'Jemand, um den Sie sich kümmern, bittet darum, gelöscht zu werden, und hat gezeigt, wer er ist.'
      : 'Jemand, um den Sie sich kümmern, bittet um alles, was Sie über ihn aufbewahren, und hat gezeigt, wer er ist.',
    `Das Gesetz gibt Ihnen einen Monat: Die Anfrage ist bis zum ${ends} zu beantworten.`,
  ],
  press: 'Anfrage ansehen',
  after: [],
})
