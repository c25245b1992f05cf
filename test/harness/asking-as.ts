import type { Api } from '../../client/api.ts'

/** What a test asks of routes in their own words, as the console's transport asks them. */
export async function askingAs(api: Api, url: string) {
  const token = await api.token()
  return async (method: string, path: string, body?: unknown, type = 'application/json') => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { 'content-type': type }) },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const text = await answer.text()
    const isJson = (answer.headers.get('content-type') ?? '').includes('json')
    return { status: answer.status, body: isJson ? JSON.parse(text) : text }
  }
}
