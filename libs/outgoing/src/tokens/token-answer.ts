import type { Token, TokenRequest } from '@syncline/catalog'
import { toInstant } from './access.ts'

/** `refused`: the credentials are not good any more. `failed`: anything else, it may work later. */
export type TokenAnswer =
  | { kind: 'token'; token: Token }
  | { kind: 'refused'; message: string }
  | { kind: 'failed'; message: string; again: boolean }

export interface HttpAnswer {
  status: number
  headers: Record<string, string>
  text: string
}

export type AnswerRules = Pick<
  TokenRequest,
  | 'token_path'
  | 'expires_in_path'
  | 'expires_at_path'
  | 'refresh_token_path'
  | 'lifetime_s'
  | 'refused_statuses'
  | 'refused_errors'
>

/** RFC 6749, and those of APIs that have words of their own for it. */
const REFUSED = ['invalid_grant', 'bad_refresh_token', 'invalid_refresh_token', 'token_revoked']
const MESSAGE_CHARS = 200
/** Of an answer whose other fields are kept. Each service has the connections in memory. */
const RAW_CHARS = 8 * 1024

/**
 * @param asked When the request was sent: life counts from there, as nobody knows when on the way it began.
 * @param present The refresh token that was sent; an answer without one keeps it.
 * @param keepsRaw Clients may ask what the provider has answered.
 */
export function readTokenAnswer(
  answer: HttpAnswer,
  rules: AnswerRules,
  {
    asked,
    present,
    secrets,
    keepsRaw = false,
  }: { asked: number; present?: string | undefined; secrets: string[]; keepsRaw?: boolean },
): TokenAnswer {
  const { status, headers } = answer
  const body = bodyOf(answer)
  const accessToken = textAt(body, rules.token_path)
  if (status >= 200 && status < 300 && accessToken !== undefined) {
    const expiresAt = expiryOf(body, rules, headers, asked)
    const refreshToken = textAt(body, rules.refresh_token_path) ?? present
    const raw = keepsRaw && answer.text.length <= RAW_CHARS ? otherFields(body) : undefined
    const token = { accessToken, refreshToken, expiresAt, obtainedAt: asked, ...(raw && { raw }) }
    return { kind: 'token', token }
  }
  const error = errorOf(body)
  const refused =
    (error.code !== undefined && [...REFUSED, ...(rules.refused_errors ?? [])].includes(error.code)) ||
    rules.refused_statuses?.includes(status) === true
  const what = error.code ?? (status < 400 ? `no token at '${rules.token_path}'` : undefined)
  const details = [what, error.description && shown(error.description, secrets)].filter(Boolean).join(': ')
  const type = body === undefined && headers['content-type']?.split(';')[0]
  const message = `answered ${status}${type ? ` with ${type}` : ''}${details && ` (${details})`}`
  if (refused) return { kind: 'refused', message }
  return { kind: 'failed', message, again: status >= 500 || status === 429 }
}

/** JSON, or the form encoding, which GitHub and older APIs answer with. Undefined for pages of HTML and the like. */
function bodyOf({ headers, text }: HttpAnswer): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown> // or an array: it has no names
  } catch {}
  const isForm = headers['content-type']?.includes('x-www-form-urlencoded') || /^[\w.-]+=[^<{\s]*$/.test(text)
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : undefined
}

/** Without the two tokens, which are fields of their own. An array has no names. */
function otherFields(body: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  if (body === undefined || Array.isArray(body)) return undefined
  const { access_token: _, refresh_token: __, ...others } = body
  return others
}

function expiryOf(
  body: unknown,
  rules: AnswerRules,
  headers: Record<string, string>,
  asked: number,
): number | undefined {
  const at = rules.expires_at_path === undefined ? undefined : toInstant(valueAt(body, rules.expires_at_path))
  if (at !== undefined) {
    // An instant is of the server's clock, which the answer's date tells.
    const serverNow = Date.parse(headers.date ?? '')
    return Number.isNaN(serverNow) ? at : at - serverNow + asked
  }
  const text = textAt(body, rules.expires_in_path)
  const seconds = text === undefined ? Number.NaN : Number(text)
  const lifeS = Number.isFinite(seconds) && seconds > 0 ? seconds : rules.lifetime_s
  return lifeS === undefined ? undefined : asked + lifeS * 1000
}

/** `{error, error_description}` of RFC 6749; `{error: {code, message}}`, `{errors: [{…}]}` and `{code, message}` of others. */
function errorOf(body: unknown): { code?: string | undefined; description?: string | undefined } {
  const inner = [valueAt(body, 'error'), valueAt(body, 'errors.0'), body].find(
    (each) => typeof each === 'object' && each !== null,
  )
  const code = [
    textAt(body, 'error'),
    ...['code', 'type', 'error_code', 'errorCode', 'status'].map((name) => textAt(inner, name)),
  ].find((each) => each !== undefined && /^[\w.:/-]{1,64}$/.test(each))
  const description = ['error_description', 'message', 'detail', 'errorMessage']
    .map((name) => textAt(body, name) ?? textAt(inner, name))
    .find((each) => each !== undefined)
  return { code, description }
}

function textAt(body: unknown, path: string): string | undefined {
  const value = valueAt(body, path)
  if (typeof value === 'number') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** A name with dots, or a path. */
function valueAt(body: unknown, path: string): unknown {
  return own(body, path) ?? path.split('.').reduce(own, body)
}

function own(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name] // it has the name
}

/** What a server says, for people: without what we have sent, and without what may be a token. */
export function shown(text: string, secrets: string[]): string {
  let safe = text.replace(/\s+/g, ' ')
  for (const secret of secrets) safe = safe.replaceAll(secret, '…')
  return safe.replace(/[\w+/=.~-]{30,}/g, '…').slice(0, MESSAGE_CHARS)
}
