import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'

/** The document that a test holds equal to the server. */
const kept = join(import.meta.dirname, '../../docs/openapi.json')

/**
 * Every request and every answer of the HTTP API as types: `paths`, `operations`, `components`. Made anew with each
 * package and kept nowhere else, so it cannot be older than the document. For apps that bring their own `fetch`.
 */
export async function openApiTypes(document: string = readFileSync(kept, 'utf8')): Promise<string> {
  const types = astToString(await openapiTS(JSON.parse(document) as OpenAPI3))
  return `// Made of Careline's OpenAPI document; see \`/api/v1/docs\` of a server.\n${types}`
}
