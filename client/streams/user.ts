import type { Profile, UserEvent } from '../wire.ts'

export type MeState = Pick<Profile, 'name' | 'timezone' | 'locale'>

/** `user:{id}`: the person as staff see them. */
export function onUser(state: Profile, event: UserEvent): Profile {
  return event.type === 'user.changed' ? event.data : state
}

/** `user.me:{id}`: what that person sees of themselves. */
export function onMe(state: MeState, event: UserEvent): MeState {
  return event.type === 'user.me_changed' ? event.data : state
}
