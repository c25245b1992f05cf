/** What a prepared text can name; it is filled in for the person, the member and the business at hand. */
export const variables = [
  'person.name',
  'person.firstName',
  'person.lastName',
  'member.name',
  'member.firstName',
  'workspace.name',
  'workspace.phone',
  'workspace.website',
] as const
export type Variable = (typeof variables)[number]
export type Values = Readonly<Record<Variable, string>>

/** `{{person.firstName}}`, or `{{person.firstName|there}}` with what stands there where nothing is known. */
const slot = /\{\{([^{}|]*)(?:\|([^{}]*))?\}\}/g

const isVariable = (name: string): name is Variable => (variables as readonly string[]).includes(name)

/** The names that nobody knows, as they were written, and whatever opens and does not close. */
export function unknownIn(text: string): string[] {
  const named = [...text.matchAll(slot)].flatMap(([, name = '']) => (isVariable(name.trim()) ? [] : [name.trim()]))
  const rest = text.replace(slot, '')
  return [...new Set([...named, ...(/\{\{|\}\}/.test(rest) ? [rest.includes('{{') ? '{{' : '}}'] : [])])]
}

/** The text for these, and which of its variables have neither a value nor a fallback: they leave nothing behind. */
export function filled(text: string, values: Values): { text: string; missing: Variable[] } {
  const missing = new Set<Variable>()
  const whole = text.replace(slot, (written: string, name: string, fallback: string | undefined) => {
    const variable = name.trim()
    if (!isVariable(variable)) return written
    const value = values[variable] || (fallback?.trim() ?? '')
    if (value === '') missing.add(variable)
    return value
  })
  return { text: whole, missing: [...missing] }
}

export const firstOf = (name: string) => name.trim().split(/\s+/)[0] ?? ''
