import { setTimeout as sleep } from 'node:timers/promises'
import { jittered, timeLimit } from '@syncline/async'
import { AppError } from '@syncline/errors'
import type { Egress } from '../http/egress.ts'
import { type Access, type TokenScheme, templateValues } from './access.ts'
import { RAW_TYPES } from './present-credentials.ts'
import { signJwt } from './sign-jwt.ts'
import { type AnswerRules, type HttpAnswer, readTokenAnswer, type TokenAnswer } from './token-answer.ts'
import { callbackCall, type Reason, type TokenCall, tokenCall } from './token-call.ts'

const TRIES = 3
const TRY_MS = 15_000
const FIRST_WAIT_MS = 500
const ANSWER_BYTES = 1024 * 1024

const CALLBACK_RULES: AnswerRules = {
  token_path: 'access_token',
  expires_in_path: 'expires_in',
  expires_at_path: 'expires_at',
  refresh_token_path: 'refresh_token',
}

/**
 * Asks for a token; a few times if the server fails or does not answer. An answer that got lost may have used up a refresh token:
 * servers forgive a repetition for a while, and without one the connection would be lost for certain.
 */
export async function requestToken(
  egress: Egress,
  auth: TokenScheme,
  access: Access,
  reason: Reason,
  signal: AbortSignal,
): Promise<TokenAnswer> {
  if (auth.type === 'jwt' && auth.token === undefined) {
    const obtainedAt = Date.now()
    const { text, expiresAt } = await signJwt(auth.jwt, templateValues(access), obtainedAt)
    return { kind: 'token', token: { accessToken: text, expiresAt, obtainedAt } }
  }
  const rules = rulesOf(auth, access)
  for (let tried = 1; ; tried++) {
    const asked = Date.now()
    const call = await callOf(auth, access, reason, asked)
    const answer = await send(egress, call, signal)
    const result: TokenAnswer =
      'fault' in answer
        ? { kind: 'failed', message: answer.fault, again: true }
        : readTokenAnswer(answer, rules, {
            asked,
            present: access.token?.refreshToken,
            secrets: secretsOf(access),
            keepsRaw: RAW_TYPES.includes(access.credentials.type),
          })
    const named =
      result.kind === 'token' ? result : { ...result, message: `${call.url.origin} ${result.message}` }
    if (named.kind !== 'failed' || !named.again || tried === TRIES) return named
    await sleep(jittered(FIRST_WAIT_MS * 2 ** (tried - 1)), undefined, { signal })
  }
}

async function callOf(auth: TokenScheme, access: Access, reason: Reason, now: number): Promise<TokenCall> {
  if (auth.type === 'callback') return callbackCall(auth, access, reason, now)
  const { token } = auth
  if (token === undefined) throw new AppError('server_error', `'${auth.type}' has no token request`)
  return tokenCall({ ...auth, token }, access, now)
}

/** A client that belongs to the connection is a part of its credentials; one of the app that is refused is not their fault. */
function rulesOf(auth: TokenScheme, { credentials }: Access): AnswerRules {
  if (auth.type === 'callback') return CALLBACK_RULES
  const { token } = auth
  if (token === undefined) return CALLBACK_RULES
  const refused = token.refused_errors ?? []
  if (auth.type === 'two_step') return { ...token, refused_statuses: token.refused_statuses ?? [401] }
  const ownClient =
    credentials.type === 'OAUTH2_CC' ||
    (credentials.type === 'OAUTH2' && credentials.config_override?.client_id !== undefined)
  return ownClient ? { ...token, refused_errors: [...refused, 'invalid_client'] } : token
}

/** Faults by their code only: texts of errors may have a URL. */
async function send(
  egress: Egress,
  { url, request }: TokenCall,
  signal: AbortSignal,
): Promise<HttpAnswer | { fault: string }> {
  using limit = timeLimit(TRY_MS, signal)
  const hold = async (bytes: number) => {
    if (bytes > ANSWER_BYTES) throw new Error('the answer is too large')
  }
  try {
    const { status, headers, blocks } = await egress.request(url, request, { signal: limit.signal, hold })
    return { status, headers, text: Buffer.concat(blocks).toString('utf8') }
  } catch (error) {
    if (signal.aborted) throw signal.reason
    if (limit.signal.aborted) return { fault: `did not answer within ${TRY_MS / 1000} s` }
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'ERR_NETWORK'
    return { fault: `cannot be reached: ${code}` }
  }
}

/**
 * All texts that a server must not make us show, long ones first: a short one may be a part of them. Those of a few characters are no
 * secrets, and without them no message could be read.
 */
export function secretsOf({ credentials, app, token }: Access): string[] {
  const { raw: _, ...ofToken } = token ?? {} // most of its fields, such as the scope, are no secrets
  return textsIn([credentials, app, ofToken]).sort((a, b) => b.length - a.length)
}

const LEAST_SECRET = 4
const HARMLESS = ['type', 'client_id']

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value.length < LEAST_SECRET ? [] : [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => (HARMLESS.includes(name) ? [] : textsIn(each)))
}
