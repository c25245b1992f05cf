import type { Header } from '../../client/wire.ts'

type Called = Pick<Header, 'name' | 'contact'>

/** Who writes by SMS or mail may have no name yet: then their address stands for it. */
export const named = <One extends Called>(one: One): One =>
  one.name === '' ? { ...one, name: one.contact || 'Without a name' } : one
