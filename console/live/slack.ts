import { slackOf } from '../../client/slack.ts'
import { api } from './careline.ts'

// It comes with its page: the inbox does not wait for it.
export const slack = slackOf(api.http)
