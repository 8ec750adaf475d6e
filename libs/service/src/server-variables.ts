import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { variable } from './variable.ts'

/** How every service reaches NATS. */
export const natsVariables = {
  /** One URL, or several of one cluster separated by commas. `tls://` asks for TLS; a user may stand in it, percent-encoded. */
  NATS_URL: variable.url('nats://127.0.0.1:4222'),
  /** Prefix of every subject, stream and bucket: several installations may share a server. */
  NATS_PREFIX: variable.text('syncline'),
  /** Copies of each stream and bucket, in a cluster. */
  NATS_REPLICAS: variable.whole(1, { least: 1, most: 5 }),
  /** User for NATS, with NATS_PASSWORD. */
  NATS_USER: variable.text(''),
  /** Password of NATS_USER. */
  NATS_PASSWORD: variable.text(''),
  /** Token for NATS, instead of a user. */
  NATS_TOKEN: variable.text(''),
  /** A credentials file (`.creds`: a JWT and its nkey). It is read again for each connection. */
  NATS_CREDS_FILE: variable.text(''),
  /** Certificates of the authority that signed the server's, as PEM. */
  NATS_CA_FILE: variable.text(''),
  /** Certificate that this client shows to NATS, as PEM; needs NATS_KEY_FILE. */
  NATS_CERT_FILE: variable.text(''),
  /** Key of the certificate in NATS_CERT_FILE, as PEM. */
  NATS_KEY_FILE: variable.text(''),
}

/** How every service reaches Redis. */
export const redisVariables = {
  /** URL of Redis, with user and password; `rediss://` asks for TLS. */
  REDIS_URL: variable.url('redis://127.0.0.1:6379'),
  /** Prefix of every key. */
  REDIS_PREFIX: variable.text('syncline'),
}

type Values<Shape extends z.ZodRawShape> = { [K in keyof Shape]: z.output<Shape[K]> }
type NatsValues = Values<typeof natsVariables>

/** What the variables say together; what does not fit together is an issue of the variable that should change. */
export function natsConfig(env: NatsValues, context: z.RefinementCtx) {
  checkTogether(env, context)
  return {
    url: env.NATS_URL,
    prefix: env.NATS_PREFIX,
    replicas: env.NATS_REPLICAS,
    user: env.NATS_USER,
    password: env.NATS_PASSWORD,
    token: env.NATS_TOKEN,
    credsFile: env.NATS_CREDS_FILE,
    caFile: env.NATS_CA_FILE,
    certFile: env.NATS_CERT_FILE,
    keyFile: env.NATS_KEY_FILE,
  }
}

/** For a program that needs NATS only. */
export const Nats = z.object(natsVariables).transform(natsConfig)

export function redisConfig(env: Values<typeof redisVariables>) {
  return { url: env.REDIS_URL, prefix: env.REDIS_PREFIX }
}

function checkTogether(env: NatsValues, context: z.RefinementCtx): void {
  const refuse = (name: keyof NatsValues, message: string) =>
    context.addIssue({ code: 'custom', path: [name], message })
  const pairs = [
    ['NATS_USER', 'NATS_PASSWORD'],
    ['NATS_CERT_FILE', 'NATS_KEY_FILE'],
  ] as const
  for (const [a, b] of pairs) {
    if (env[a] && !env[b]) refuse(b, `${a} is set, and needs it`)
    if (env[b] && !env[a]) refuse(a, `${b} is set, and needs it`)
  }
  const logins = (['NATS_USER', 'NATS_TOKEN', 'NATS_CREDS_FILE'] as const).filter((name) => env[name])
  const [first, second] = logins
  if (first && second) refuse(second, `${first} is set too, and one login is enough`)
  if (first && env.NATS_URL.includes('@')) refuse(first, 'NATS_URL has a user too, and one login is enough')
  for (const name of ['NATS_CREDS_FILE', 'NATS_CA_FILE', 'NATS_CERT_FILE', 'NATS_KEY_FILE'] as const) {
    const reason = env[name] && unreadable(env[name])
    if (reason) refuse(name, `the file cannot be read (${reason})`)
  }
}

function unreadable(file: string): string {
  try {
    readFileSync(file)
    return ''
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  }
}
