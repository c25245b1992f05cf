import type { App } from './boot.ts'

/** Speaks to the simulated phones of `/texts`: reads without a body, and tells with one. */
export const textPhones =
  (app: App) =>
  async (path: string, body?: object): Promise<any> => {
    const answer = await fetch(`${app.url}/simulator/texts${path}`, {
      ...(body && { method: path === '/faults' ? 'PUT' : 'POST' }),
      headers: { authorization: `Bearer ${app.careline.secrets.phoneKey}` },
      ...(body && { body: JSON.stringify(body) }),
    })
    return await answer.json()
  }
