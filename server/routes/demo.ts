import { z } from 'zod'
import { missing } from '../../kernel/problem.ts'
import { isAskedHere } from '../http/from-here.ts'
import { originOf, post } from '../http/route.ts'
import { sessionOpened, Tokens, tokensOf } from './auth.ts'

/** Whoever tries Careline out on their own machine signs in as one of the demo by a press. Nowhere else. */
export const demo = [
  post(
    '/auth/demo',
    {
      allow: 'public',
      audit: sessionOpened('demo'),
      summary: 'Sign in as one of the demo, on the machine that it runs on in development',
      tags: ['Auth'],
      body: z.object({ memberId: z.string().max(128) }),
      reply: Tokens,
      problems: ['no_demo'],
    },
    async ({ demo, request, body: { memberId } }) => {
      const signedIn = isAskedHere(request) ? await demo?.enter(memberId, originOf(request)) : undefined
      if (!signedIn) throw missing('no_demo', 'Nobody of a demo signs in here like that.')
      return tokensOf(signedIn)
    },
  ),
]
