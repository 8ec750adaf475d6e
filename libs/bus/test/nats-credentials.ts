import { createHash } from 'node:crypto'
import { nkeys } from '@nats-io/nats-core'

/** What `nsc` makes for an operator with one account and one user: settings of a server, and the user's file. */
export function natsCredentials(): { settings: object; creds: string } {
  const operator = nkeys.createOperator()
  const system = nkeys.createAccount()
  const account = nkeys.createAccount()
  const user = nkeys.createUser()
  const unlimited = { subs: -1, data: -1, payload: -1 }
  const limits = { ...unlimited, imports: -1, exports: -1, wildcards: true, conn: -1, leaf: -1 }
  const operatorJwt = jwt(operator, operator, { type: 'operator' })
  const accountJwt = jwt(operator, account, {
    type: 'account',
    limits: { ...limits, mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 },
  })
  const systemJwt = jwt(operator, system, { type: 'account', limits })
  const userJwt = jwt(account, user, { type: 'user', ...unlimited })
  const seed = new TextDecoder().decode(user.getSeed())
  return {
    settings: {
      operator: operatorJwt,
      resolver: 'MEMORY',
      resolver_preload: { [account.getPublicKey()]: accountJwt, [system.getPublicKey()]: systemJwt },
      system_account: system.getPublicKey(),
    },
    creds: `-----BEGIN NATS USER JWT-----\n${userJwt}\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
  }
}

function jwt(issuer: nkeys.KeyPair, subject: nkeys.KeyPair, facts: object): string {
  const claims = {
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name: 'test',
    nats: { ...facts, version: 2 },
  }
  const jti = createHash('sha256').update(JSON.stringify(claims)).digest('hex')
  const text = [
    { typ: 'JWT', alg: 'ed25519-nkey' },
    { ...claims, jti },
  ]
    .map(base64)
    .join('.')
  return `${text}.${Buffer.from(issuer.sign(new TextEncoder().encode(text))).toString('base64url')}`
}

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
