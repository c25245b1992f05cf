import { recorded } from './phase.ts'

export const { mochaGlobalSetup, mochaGlobalTeardown, mochaHooks } = recorded('commands')
