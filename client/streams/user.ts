import type { Activity, Profile, UserEvent } from '../wire.ts'
import { latestFirst } from './latest.ts'
import { reducing, whole } from './reducing.ts'

export type MeState = Pick<Profile, 'name' | 'timezone' | 'locale'>

/** The latest 50, from the latest. */
export interface TimelineState {
  readonly items: readonly Activity[]
}
const itemsMax = 50

type Of<Type extends UserEvent['type']> = Extract<UserEvent, { type: Type }>

/** `user:{id}`: the person as staff see them. */
export const onUser = reducing<Profile, Of<'user.changed'>>({ 'user.changed': whole })

/** `user.me:{id}`: what that person sees of themselves. */
export const onMe = reducing<MeState, Of<'user.me_changed'>>({ 'user.me_changed': whole })

/** `user.timeline:{id}`: what happened to a person besides what was said. */
export const onTimeline = reducing<TimelineState, Of<'user.activity'>>({
  'user.activity': ({ items }, activity) => ({
    items: latestFirst(
      [...items.filter(({ _id }) => _id !== activity._id), activity],
      ({ at, _id }) => at + _id,
      itemsMax,
    ),
  }),
})
