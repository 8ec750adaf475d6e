import { execFile } from 'node:child_process'
import { mkdtempDisposable, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { promisify } from 'node:util'
import { findExecutable, startServer } from '@syncline/embedded'
import { certificate } from '@syncline/testkit'
import { expect, test } from 'vitest'

const PROGRAM = `
  import { connectRedis } from '${new URL('../src/index.ts', import.meta.url)}'
  const redis = connectRedis(process.env.TEST_URL, (error) => { console.log(error.code); process.exit(1) })
  console.log(await redis.ping())
  redis.disconnect()`

/** What a process with these variables says of a Redis: a process reads NODE_EXTRA_CA_CERTS at its start only. */
async function answerOf(url: string, env: NodeJS.ProcessEnv): Promise<string> {
  const args = ['--no-warnings', '--input-type=module', '--eval', PROGRAM]
  const options = { env: { PATH: process.env.PATH, TEST_URL: url, ...env }, timeout: 20_000 }
  const run = promisify(execFile)(process.execPath, args, options)
  return (await run.catch((failed: { stdout: string }) => failed)).stdout.trim()
}

test('rediss:// uses TLS, with an authority of its own by NODE_EXTRA_CA_CERTS', async () => {
  await using temp = await mkdtempDisposable(join(tmpdir(), 'redis-tls-'))
  const [cert, key] = [join(temp.path, 'cert.pem'), join(temp.path, 'key.pem')]
  await writeFile(cert, certificate.cert)
  await writeFile(key, certificate.key)
  const executable = (await findExecutable('redis-server')) ?? 'redis-server'
  await using server = await startServer(
    {
      name: 'Redis',
      kind: executable,
      scheme: 'rediss',
      command: async ({ dir, port }) => [
        executable,
        ...['--bind', '127.0.0.1', '--port', '0', '--tls-port', String(port), '--dir', dir],
        ...['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert],
        ...['--tls-auth-clients', 'no', '--requirepass', 'hunter/2'],
      ],
      answers: (port) =>
        new Promise((resolve, reject) => {
          const socket = connect({ port, host: '127.0.0.1', ca: certificate.cert, servername: 'localhost' })
          socket.once('secureConnect', () => resolve(true)).once('error', reject)
          socket.once('secureConnect', () => socket.destroy())
        }),
    },
    { dir: join(temp.path, 'data'), log: join(temp.path, 'redis.log') },
  )
  const url = `rediss://:hunter%2F2@localhost:${server.port}`
  expect(await answerOf(url, { NODE_EXTRA_CA_CERTS: cert })).toBe('PONG')
  expect(await answerOf(url, {})).toBe('DEPTH_ZERO_SELF_SIGNED_CERT')
})
