import { dayNames, type Hours, isEverOpen } from '../../kernel/hours.ts'
import { derivedId } from '../../kernel/id.ts'
import { Module } from '../../kernel/modules.ts'
import { minorDigits } from '../../kernel/money.ts'
import type { Store } from '../../store/connection.ts'
import type { Rest } from '../../store/rest.ts'
import { Resources } from '../../store/settings/resources.ts'
import { cannedResponses } from '../../store/settings/replies.ts'
import { services } from '../../store/settings/services.ts'
import { tags } from '../../store/settings/tags.ts'
import { teams } from '../../store/settings/teams.ts'
import { markSetup, type WorkspaceSettings } from '../../store/settings/workspaces.ts'
import { defaultSettings } from '../../kernel/settings.ts'
import type { Workspaces } from '../workspaces.ts'
import { commonAnswers, type PreparedAnswer, type Preset, type PresetName, presets, type Spoken } from './preset.ts'

interface Parts {
  store: Store
  rest: Rest
  workspaces: Workspaces
  now(): number
}

interface Placing {
  workspace: WorkspaceSettings
  preset: Preset
  /** `clinic/service/check-up` say. */
  key: string
  by: string
}
/** Answers whether it put something in: what people set themselves stays as it is. */
type Place = (placing: Placing) => Promise<boolean>

/**
 * Puts in what a kind of business begins with. Each thing is put in once, by its own name: what was changed since stays
 * changed, what was thrown away stays away.
 */
export class Presets {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** The names of what was put in this time: `service/check-up` say. */
  async apply(workspaceId: string, name: PresetName, by: string): Promise<string[]> {
    const { store, workspaces } = this.#parts
    const placed: string[] = []
    for (const [thing, place] of this.#things(presets[name])) {
      const key = `${name}/${thing}`
      const workspace = await workspaces.now(workspaceId)
      if (workspace.setup.placed.includes(key)) continue
      if (await place({ workspace, preset: presets[name], key, by })) placed.push(thing)
      await markSetup(store, workspaceId, { placed: [key] })
    }
    await workspaces.changed(workspaceId)
    return placed
  }

  #things(preset: Preset): [string, Place][] {
    return [
      ['modules', this.#modules],
      ['hours', this.#hours],
      ['rules', this.#rules],
      ...preset.services.map((one): [string, Place] => [`service/${one.key}`, this.#service(one)]),
      ...preset.teams.map((one): [string, Place] => [`team/${one.key}`, this.#team(one)]),
      ...preset.tags.map((one): [string, Place] => [`tag/${one[0].replaceAll(' ', '-')}`, this.#tag(one)]),
      ...[...commonAnswers, ...preset.answers].map((one): [string, Place] => [
        `answer/${one.shortcut[0]}`,
        this.#answer(one),
      ]),
    ]
  }

  readonly #modules: Place = async ({ workspace, preset }) => {
    const { modules } = workspace.settings
    const wanted = Module.options.filter((one) => modules.includes(one) || preset.modules.includes(one))
    if (wanted.length === modules.length) return false
    await this.#parts.workspaces.setModules(workspace.id, wanted)
    return true
  }

  readonly #hours: Place = async ({ workspace, preset }) => {
    const { hours } = workspace.settings
    if (isEverOpen(hours)) return false
    const { weekdays, saturday } = preset
    const of = (nth: number) => {
      if (nth < 5) return [...weekdays]
      return nth === 5 ? [...saturday] : []
    }
    const weekly = Object.fromEntries(dayNames.map((day, nth) => [day, of(nth)])) as Hours['weekly']
    await this.#parts.workspaces.setHours(workspace.id, { ...hours, weekly })
    return true
  }

  readonly #rules: Place = async ({ workspace, preset: { pauseHours } }) => {
    if (workspace.settings.pauseHours !== defaultSettings.pauseHours) return false
    if (pauseHours === defaultSettings.pauseHours) return false
    await this.#parts.workspaces.change(workspace.id, { settings: { pauseHours } })
    return true
  }

  #service({ name, minutes, price }: Preset['services'][number]): Place {
    return async ({ workspace: { id, settings }, key, by }) => {
      const { currency } = settings
      const fields = {
        name: inLanguage(name, settings.locale),
        description: '',
        durationMin: minutes,
        // A number that means something in euros or dollars means little in yen.
        priceMinor: minorDigits(currency) === 2 ? price * 100 : 0,
        currency,
        isActive: true,
      }
      const made = { id: derivedId('svc', id, key), fields, by }
      return (await new Resources(this.#parts, services).insert(id, made, this.#parts.now())) !== undefined
    }
  }

  #team({ name }: Preset['teams'][number]): Place {
    return async ({ workspace: { id, settings }, key, by }) => {
      const fields = { name: inLanguage(name, settings.locale), description: '', memberIds: [], assignment: null }
      const made = { id: derivedId('team', id, key), fields, by }
      return (await new Resources(this.#parts, teams).insert(id, made, this.#parts.now())) !== undefined
    }
  }

  #tag(label: Spoken): Place {
    return async ({ workspace: { id, settings }, key, by }) => {
      const fields = { label: inLanguage(label, settings.locale), description: '', colour: null }
      const made = { id: derivedId('tag', id, key), fields, by }
      return (await new Resources(this.#parts, tags).insert(id, made, this.#parts.now())) !== undefined
    }
  }

  #answer({ shortcut, name, text: [en, de] }: PreparedAnswer): Place {
    return async ({ workspace: { id, settings }, key, by }) => {
      const texts = [
        { locale: 'en', text: en },
        { locale: 'de', text: de },
      ]
      const fields = {
        shortcut: inLanguage(shortcut, settings.locale),
        name: inLanguage(name, settings.locale),
        // The first one is for people whose language nobody knows.
        texts: inLanguage(['en', 'de'], settings.locale) === 'de' ? texts.toReversed() : texts,
        teamId: null,
      }
      const made = { id: derivedId('can', id, key), fields, by }
      return (await new Resources(this.#parts, cannedResponses).insert(id, made, this.#parts.now())) !== undefined
    }
  }
}

const inLanguage = ([en, de]: Spoken, locale: string) => (/^de\b/i.test(locale) ? de : en)
