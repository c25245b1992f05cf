import type { StepName } from '../../client/business.ts'

export const stepNames: readonly StepName[] = ['business', 'hours', 'channels', 'staff', 'service', 'privacy']

export const isStep = (text: unknown): text is StepName | 'end' =>
  text === 'end' || stepNames.some((name) => name === text)
