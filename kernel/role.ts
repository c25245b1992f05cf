/**
 * What a caller may be. Members of the staff have one of the first four; `person` is somebody who is looked after,
 * `key` another program of the business that shows an API key,
 * `operator` somebody who looks after the installation.
 */
export type Role =
  'owner' | 'admin' | 'staff' | 'expert' | 'person' | 'key' | 'operator' | 'provider' | 'automation' | 'system'

/** Those who work for the business. */
export const memberRoles = ['owner', 'admin', 'staff', 'expert'] as const satisfies readonly Role[]

const staffRoles: readonly Role[] = memberRoles
export const isStaff = ({ role }: { role: Role }) => staffRoles.includes(role)
