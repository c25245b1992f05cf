import { z } from 'zod'
import { Module } from '../../kernel/modules.ts'
import { get, post, put, languagesOf } from '../http/route.ts'
import { stepNames } from '../onboarding.ts'
import { presetNames, presets } from '../presets/preset.ts'

const StepName = z.enum(stepNames)
const StepStatus = z.enum(['todo', 'done', 'skipped'])
const Onboarding = z.object({
  status: z.enum(['draft', 'active', 'suspended', 'closing']),
  /** Nothing stands against activating it. */
  isReady: z.boolean(),
  steps: z
    .array(
      z.object({
        key: StepName,
        status: StepStatus,
        maySkip: z.boolean(),
        missing: z.array(z.object({ code: z.string().max(64), says: z.string().max(400) })).max(10),
      }),
    )
    .max(stepNames.length),
})
const tags = ['Onboarding']

export const onboarding = [
  get(
    '/workspaces/current/onboarding',
    {
      allow: 'workspace.manage',
      summary: 'The steps until the business is live, and what is missing, in words (en, de)',
      tags,
      reply: Onboarding,
    },
    ({ onboarding, workspace, request }) => onboarding.view(workspace.id, languagesOf(request)),
  ),

  put(
    '/workspaces/current/onboarding/:step',
    {
      allow: 'workspace.manage',
      summary: 'A step is as it should be, is left out, or is to be done after all',
      tags,
      params: z.object({ step: StepName }),
      body: z.object({ status: StepStatus }),
      reply: Onboarding,
      problems: ['step_incomplete', 'step_required'],
      audit: { action: 'workspace.step_marked', target: ({ workspace }) => workspace.id },
    },
    ({ onboarding, workspace, params, body, request }) =>
      onboarding.mark(workspace.id, params.step, body.status, languagesOf(request)),
  ),

  post(
    '/workspaces/current/activate',
    {
      allow: 'workspace.activate',
      summary: 'Go live: from here on messages reach real people',
      tags,
      reply: Onboarding,
      problems: ['not_ready', 'wrong_state'],
      audit: { action: 'workspace.activated', target: ({ workspace }) => workspace.id },
    },
    ({ onboarding, workspace, request }) => onboarding.activate(workspace.id, languagesOf(request)),
  ),

  get(
    '/presets',
    {
      allow: 'workspace.read',
      summary: 'Kinds of business to begin with',
      tags,
      reply: z.object({
        items: z
          .array(
            z.object({
              name: z.enum(presetNames),
              words: z.string().max(64),
              says: z.string().max(200),
              modules: z.array(Module).max(Module.options.length),
              services: z.array(z.string().max(120)).max(50),
            }),
          )
          .max(presetNames.length),
      }),
    },
    () => ({
      items: presetNames.map((name) => {
        const { name: words, says, modules, services } = presets[name]
        return { name, words, says, modules: [...modules], services: services.map((one) => one.name[0]) }
      }),
    }),
  ),

  post(
    '/workspaces/current/preset',
    {
      allow: 'workspace.manage',
      summary: 'Put in what such a business begins with: each thing once, and nothing over what was set already',
      tags,
      body: z.object({ preset: z.enum(presetNames) }),
      reply: z.object({
        /** What was put in this time: `service/check-up` say. */
        placed: z.array(z.string().max(120)).max(200),
      }),
      audit: { action: 'workspace.preset_applied', target: ({ workspace }) => workspace.id },
    },
    async ({ presets, workspace, caller, body }) => ({
      placed: await presets.apply(workspace.id, body.preset, caller.id),
    }),
  ),
]
