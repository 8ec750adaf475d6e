import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AuthScheme } from '@syncline/catalog'
import type { Entry, Replay } from './entry.ts'

const data = join(import.meta.dirname, '../../../../../shared/data/templates')
const sources = process.env.TEMPLATES_DIR
const only = new RegExp(process.env.TEMPLATES_ONLY ?? '')

interface Index {
  entries: { id: string; file: string; integration: string }[]
  providers: { integration: string; hosts?: string[] }[]
}

export interface ReplayServer {
  startReplay(entry: Entry, options?: { port: number }): Promise<Replay>
  /** The entry without one element of an answer; the data says which. */
  applyDeletion(entry: Entry): Entry
}

export async function loadReplayServer(): Promise<ReplayServer> {
  return import(pathToFileURL(join(data, 'replay-server.mjs')).href)
}

/** Those that TEMPLATES_ONLY chooses; none without TEMPLATES_DIR. */
export function wantedEntries(): Entry[] {
  if (!sources || !existsSync(data)) return []
  const { entries, providers }: Index = JSON.parse(readFileSync(join(data, 'corpus/index.json'), 'utf8'))
  return entries
    .filter(({ id }) => only.test(id))
    .map(({ file, integration }) =>
      readEntry(file, providers.find((one) => one.integration === integration)?.hosts ?? []),
    )
}

export const sourceFile = ({ source }: Entry): string => join(sources ?? '', source)

/** How the function's integration is set up, by what the entry knows of it. */
export function integrationOf({ provider, connection, integration }: Entry) {
  const { auth, headers } = authOf(provider.headers, connection.credentials)
  return {
    provider: integration,
    baseUrl: provider.baseUrlTemplate,
    ...{ auth, headers, exposeTokens: true, allowedHosts: provider.hosts },
    ...(provider.paginate && { pagination: provider.paginate as never }), // as the provider has it
  }
}

/** The recorded headers, as far as no auth of ours makes them of the credentials. */
function authOf(
  recorded: Record<string, string>,
  { type, access_token, username, password }: Record<string, string>,
): { auth: AuthScheme; headers: Record<string, string> } {
  const { authorization, ...headers } = recorded
  if (type === 'OAUTH2' && authorization === `Bearer ${access_token}`)
    return { auth: { type: 'bearer' }, headers }
  if (type === 'BASIC' && authorization === `Basic ${base64(`${username}:${password}`)}`)
    return { auth: { type: 'basic' }, headers }
  return { auth: { type: 'none' }, headers: recorded }
}

/** Of the same fields; those whose type we do not have are fields of CUSTOM. */
export function credentialsOf({ type, ...fields }: Record<string, unknown>): object {
  const { access_token, ...others } = fields
  if (type === 'OAUTH2_CC') return { type, ...others }
  return type === 'TWO_STEP' ? { type: 'CUSTOM', ...fields } : { type, ...fields }
}

/** The data has headers with the values filled in, but for the base64 around some of them. */
function readEntry(file: string, hosts: string[]): Entry {
  const entry: Entry = JSON.parse(readFileSync(join(data, 'corpus', file), 'utf8'))
  if (entry.expected.volatilePaths.length > 0) throw new Error(`${file} has fields that are not compared`)
  const headers = Object.entries(entry.provider.headers).map(([name, text]) => [
    name,
    text.replace(/\$\{base64\(([^)]*)\)\}/g, (_, value: string) => base64(value)),
  ])
  return { ...entry, provider: { ...entry.provider, hosts, headers: Object.fromEntries(headers) } }
}

const base64 = (text: string) => Buffer.from(text).toString('base64')

/** An API counts one less; the data leaves the totals of the answer, and those of its headers, as they were. */
export function withLowerTotals(changed: Entry, { deletion, exchanges }: Entry): Entry {
  if (!deletion) return changed
  const list = deletion.arrayPath.reduce<unknown>(
    (value, key) => Object(value)[key],
    exchanges[deletion.exchange]?.response.json,
  )
  const count = Array.isArray(list) ? list.length : Number.NaN
  const response = changed.exchanges[deletion.exchange]?.response
  if (!response) return changed
  const lowered = (value: unknown): unknown => {
    if (Number(value) === count && (typeof value === 'number' || typeof value === 'string'))
      return typeof value === 'number' ? count - 1 : String(count - 1)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value
    const fields = Object.entries(value).map(([name, each]) => {
      const isNested = typeof each === 'object'
      return [name, isNested || /total|count|size|found|hits/i.test(name) ? lowered(each) : each]
    })
    return Object.fromEntries(fields)
  }
  response.json = lowered(response.json)
  response.headers = lowered(response.headers) as Record<string, string> // only texts differ
  return changed
}
