import { createPrivateKey, type KeyObject } from 'node:crypto'
import type { SignedJwt } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { SignJWT } from 'jose'
import { fillTemplate, fillTemplates, type TemplateValues } from '../template.ts'

/** The clock of who checks it may be behind ours. */
const BACKDATED_S = 30

/** Returns the JWT and when it ends, in Unix milliseconds. */
export async function signJwt(
  jwt: SignedJwt,
  values: TemplateValues,
  now: number,
): Promise<{ text: string; expiresAt: number }> {
  const issuedAt = Math.floor(now / 1000) - BACKDATED_S
  const exp = issuedAt + jwt.lifetime_s
  const claims = { iat: issuedAt, exp, ...fillTemplates(jwt.claims, values) }
  const header = { typ: 'JWT', ...fillTemplates(jwt.header, values), alg: jwt.algorithm }
  const key = fillTemplate(jwt.key, values)
  try {
    const text = await new SignJWT(claims).setProtectedHeader(header).sign(keyOf(jwt, key))
    return { text, expiresAt: (typeof claims.exp === 'number' ? claims.exp : exp) * 1000 }
  } catch {
    // Without its cause, which may be about the key.
    throw new AppError('invalid_body', `the key '${jwt.key}' cannot sign a JWT with ${jwt.algorithm}`)
  }
}

function keyOf({ algorithm, key_encoding }: SignedJwt, key: string): KeyObject | Uint8Array {
  if (algorithm.startsWith('HS')) return Buffer.from(key, key_encoding === 'text' ? 'utf8' : key_encoding)
  // As it stands in JSON files and environment variables.
  return createPrivateKey(key.replaceAll('\\n', '\n'))
}
