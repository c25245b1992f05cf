import { z } from 'zod'
import { user } from '../../actors/user/contract.ts'
import { instant } from '../../kernel/marks.ts'
import { Locale, Timezone } from '../../kernel/settings.ts'
import { del, get, patch, post, put } from '../http/route.ts'

const about = { allow: 'person', tags: ['Own affairs'] } as const
export const Self = z.object({
  id: z.string().max(128),
  name: z.string().max(200),
  timezone: z.string().max(64).nullable(),
  locale: z.string().max(16).nullable(),
})
/** What is written by itself is in this language, and not at night. */
export const Language = z.object({
  timezone: Timezone.nullable().optional(),
  locale: Locale.max(16).nullable().optional(),
})
const Device = z.object({
  name: z.string().trim().max(100),
  platform: z.enum(['ios', 'android', 'web', 'other']),
  appVersion: z.string().trim().max(40).default(''),
})
const Push = z.object({ service: z.enum(['fcm', 'apns', 'webpush']), token: z.string().min(1).max(4_096) })

/** Who I am to the business, under the name that apps give it. */
export const aboutMe = (path: '/me' | '/users/me') => [
  get(path, { ...about, summary: 'Who I am to the business', reply: Self }, async ({ workspace, caller }) =>
    selfOf(await workspace.at(user, caller.id).view()),
  ),

  patch(
    path,
    { ...about, summary: 'My language and time zone', body: Language, reply: Self },
    async ({ workspace, caller, body }) => selfOf(await workspace.at(user, caller.id).update(body)),
  ),
]

/** Who somebody is who is looked after, and where they are signed in. */
export const ownself = [
  ...aboutMe('/me'),

  get(
    '/me/devices',
    {
      ...about,
      summary: 'Where I am signed in',
      reply: z.object({
        items: z
          .array(
            z.object({
              id: z.string().max(128),
              device: Device,
              createdAt: instant(),
              /** When its tokens were last renewed: within 15 minutes of its last use. */
              seenAt: instant(),
              /** It is told of what comes while the app is closed. */
              hasPush: z.boolean(),
              isCurrent: z.boolean(),
            }),
          )
          .max(100),
      }),
    },
    async ({ personDevices, caller }) => ({ items: await personDevices.list(caller) }),
  ),

  put(
    '/me/devices/current',
    {
      ...about,
      summary: 'What this device is, and where a push service finds it; null: it is told nothing any more',
      body: Device.extend({ push: Push.nullable().optional() }),
    },
    async ({ personDevices, caller, body: { push, ...device } }) => personDevices.describe(caller, { ...device, push }),
  ),

  del('/me/devices/:id', { ...about, summary: 'Sign out there' }, async ({ personDevices, caller, params }) =>
    personDevices.end(caller, params.id),
  ),

  post(
    '/me/sign-out-everywhere',
    {
      ...about,
      summary: 'End all of my sign-ins',
      body: z.object({
        /** True: only those elsewhere. */
        keepsThis: z.boolean().default(false),
      }),
    },
    async ({ personDevices, caller, body }) => personDevices.endAll(caller, body),
  ),
]

export const selfOf = ({ userId, name, timezone, locale }: { userId: string } & Omit<z.output<typeof Self>, 'id'>) => ({
  id: userId,
  name,
  timezone,
  locale,
})
