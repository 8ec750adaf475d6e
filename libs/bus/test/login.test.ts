import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { certificate, namespace } from '@syncline/testkit'
import { describe, expect, test } from 'vitest'
import { connectBus } from '../src/index.ts'
import { startGuardedNats } from './guarded-nats.ts'
import { natsCredentials } from './nats-credentials.ts'

type Address = Parameters<typeof connectBus>[0]
const bus = (url: string, more: Partial<Address> = {}): Address => ({
  url,
  prefix: namespace(),
  replicas: 1,
  ...more,
})

/** It works: our streams are there. */
async function works(address: Address) {
  await using it = await connectBus(address, 'test')
  expect((await it.manager.streams.info(`${it.prefix}_EVENTS`)).config.name).toBe(`${it.prefix}_EVENTS`)
}

/** The error, which says what to set. It does not wait as long as for a NATS that is away: 30 s. */
async function refusal(address: Address): Promise<string> {
  const started = performance.now()
  const error: unknown = await connectBus(address, 'test').then(
    () => 'no error',
    (error) => error,
  )
  expect(performance.now() - started).toBeLessThan(20_000)
  expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('hunter2')
  return error instanceof Error ? error.message : String(error)
}

test('a user and a password, in the URL or beside it', async () => {
  await using nats = await startGuardedNats({ authorization: { user: 'me', password: 'hunter/2' } })
  await works(bus(`nats://me:hunter%2F2@127.0.0.1:${nats.port}`))
  const url = `nats://127.0.0.1:${nats.port}`
  await works(bus(url, { user: 'me', password: 'hunter/2' }))
  expect(await refusal(bus(`nats://me:hunter2@127.0.0.1:${nats.port}`))).toBe(
    `NATS at NATS_URL '…@127.0.0.1:${nats.port}' refuses our login: check NATS_USER and NATS_PASSWORD, NATS_TOKEN, NATS_CREDS_FILE, or the user in NATS_URL`,
  )
  expect(await refusal(bus(url))).toContain('refuses our login')
})

test('a token, in the URL or beside it', async () => {
  await using nats = await startGuardedNats({ authorization: { token: 'sesame' } })
  await works(bus(`nats://sesame@127.0.0.1:${nats.port}`))
  const url = `nats://127.0.0.1:${nats.port}`
  await works(bus(url, { token: 'sesame' }))
  expect(await refusal(bus(url, { token: 'hunter2' }))).toContain('refuses our login')
})

test('a credentials file: a JWT and its nkey', async () => {
  const { settings, creds } = natsCredentials()
  await using nats = await startGuardedNats(settings)
  const url = `nats://127.0.0.1:${nats.port}`
  const credsFile = join(nats.dir, 'user.creds')
  await writeFile(credsFile, creds)
  await works(bus(url, { credsFile }))
  await writeFile(credsFile, natsCredentials().creds)
  expect(await refusal(bus(url, { credsFile }))).toContain('refuses our login')
  await writeFile(credsFile, 'nothing of that kind')
  expect(await refusal(bus(url, { credsFile }))).toContain('NATS_CREDS_FILE is no credentials file')
})

describe('TLS', () => {
  const files = { 'cert.pem': certificate.cert, 'key.pem': certificate.key }
  const tls = { cert_file: '../cert.pem', key_file: '../key.pem' }

  test('with an authority of its own', async () => {
    await using nats = await startGuardedNats({ tls }, files)
    const caFile = join(nats.dir, 'cert.pem')
    for (const scheme of ['tls', 'nats']) {
      const url = `${scheme}://localhost:${nats.port}`
      await works(bus(url, { caFile }))
      expect(await refusal(bus(url))).toContain('set NATS_CA_FILE')
    }
  })

  test('with a certificate of the client', async () => {
    const settings = { tls: { ...tls, ca_file: '../cert.pem', verify: true } }
    await using nats = await startGuardedNats(settings, files)
    const [caFile, certFile, keyFile] = ['cert.pem', 'cert.pem', 'key.pem'].map((name) =>
      join(nats.dir, name),
    )
    const url = `tls://localhost:${nats.port}`
    await works(bus(url, { caFile, certFile, keyFile } as Partial<Address>))
    expect(await refusal(bus(url, { caFile } as Partial<Address>))).toContain(
      'set NATS_CERT_FILE and NATS_KEY_FILE',
    )
  })

  test('is not left out when it was asked for', async () => {
    await using nats = await startGuardedNats({})
    expect(await refusal(bus(`tls://localhost:${nats.port}`))).toContain('does not offer TLS')
  })
})
