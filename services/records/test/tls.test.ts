import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { promisify } from 'node:util'
import { certificate, servers } from '@syncline/testkit'
import { expect, test } from 'vitest'

const PROGRAM = `
  import { ClickHouse } from '${new URL('../src/clickhouse/clickhouse.ts', import.meta.url)}'
  await using clickhouse = new ClickHouse({ url: process.env.TEST_URL, user: 'default', password: '', database: 'default' })
  console.log(await clickhouse.ping().then(() => 'ok', (error) => error.message))`

test('https:// in CLICKHOUSE_URL uses TLS, with an authority of its own by NODE_EXTRA_CA_CERTS', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'clickhouse-tls-'))
  const caFile = join(temp.path, 'cert.pem')
  await writeFile(caFile, certificate.cert)
  const { hostname, port } = new URL(servers().clickhouse.url)
  const tls = createServer(certificate, (client) => {
    const clickhouse = connect(Number(port), hostname)
    client.pipe(clickhouse).pipe(client)
    for (const socket of [client, clickhouse]) socket.on('error', () => {})
  })
  tls.on('tlsClientError', () => {})
  tls.listen(0, '127.0.0.1')
  await once(tls, 'listening')
  // A server that listens on TCP has an address with a port.
  const url = `https://localhost:${(tls.address() as AddressInfo).port}`
  const answerOf = async (env: NodeJS.ProcessEnv) => {
    const args = ['--no-warnings', '--input-type=module', '--eval', PROGRAM]
    const options = { env: { PATH: process.env.PATH, TEST_URL: url, ...env }, timeout: 20_000 }
    return (await promisify(execFile)(process.execPath, args, options)).stdout.trim()
  }
  expect(await answerOf({ NODE_EXTRA_CA_CERTS: caFile })).toBe('ok')
  expect(await answerOf({})).toMatch(/ClickHouse does not answer: self-signed certificate/)
  tls.close()
})
