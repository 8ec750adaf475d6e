// What idle connections cost the gateway: `node --no-warnings bench/gateway/idle-connections.ts [connections]`. It needs the
// servers that the variables SYNCLINE_TEST_NATS_URL and SYNCLINE_TEST_REDIS_URL name, and two file descriptors for each connection.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Keyring } from '@syncline/catalog'
import { freePort, namespace } from '@syncline/testkit'

const ROOT = join(import.meta.dirname, '../..')
const CONNECTIONS = Number(process.argv[2] ?? 10_000)
const AT_ONCE = 200
const REQUEST = 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n'

const port = await freePort()
const at = namespace()
const gateway = spawn(process.execPath, ['--no-warnings', 'services/gateway/src/main.ts'], {
  cwd: ROOT,
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    ...process.env,
    HOST: '127.0.0.1',
    PORT: String(port),
    OPS_PORT: String(await freePort()),
    NATS_URL: process.env.SYNCLINE_TEST_NATS_URL,
    NATS_PREFIX: at,
    REDIS_URL: process.env.SYNCLINE_TEST_REDIS_URL,
    REDIS_PREFIX: at,
    SYNCLINE_KEYRING: Keyring.generate('bench'),
    HTTP_MAX_CONNECTIONS: String(CONNECTIONS),
    HTTP_HEADERS_TIMEOUT_MS: '300000',
  },
})
const isUp = () => fetch(`http://127.0.0.1:${port}/livez`).then(({ ok }) => ok)
for (let tries = 0; !(await isUp().catch(() => false)); tries++) {
  if (tries > 100) throw new Error('the gateway does not start')
  await sleep(200)
}

/** Resident memory of the gateway, in KiB. */
const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${gateway.pid}/status`, 'utf8'))?.[1])

async function open(count: number, use: (socket: Socket) => Promise<void>): Promise<Socket[]> {
  const sockets: Socket[] = []
  while (sockets.length < count) {
    const part = Array.from({ length: Math.min(AT_ONCE, count - sockets.length) }, async () => {
      const socket = connect(port, '127.0.0.1').on('error', () => {})
      await once(socket, 'connect')
      await use(socket)
      return socket
    })
    sockets.push(...(await Promise.all(part)))
  }
  return sockets
}

/** Milliseconds of the slowest of some requests, each on a connection of its own. */
async function slowest(): Promise<number> {
  let most = 0
  for (let n = 0; n < 50; n++) {
    const started = performance.now()
    const answer = await fetch(`http://127.0.0.1:${port}/livez`, { headers: { connection: 'close' } })
    if (!answer.ok) throw new Error(`answered ${answer.status}`)
    await answer.text()
    most = Math.max(most, performance.now() - started)
  }
  return most
}

async function measure(name: string, use: (socket: Socket) => Promise<void>): Promise<void> {
  const before = memory()
  const started = performance.now()
  const sockets = await open(CONNECTIONS, use)
  const seconds = (performance.now() - started) / 1000
  await sleep(1000)
  const each = (memory() - before) / CONNECTIONS
  const ms = await slowest()
  const left = sockets.filter(({ destroyed, readyState }) => !destroyed && readyState === 'open').length
  console.log(
    `${CONNECTIONS} ${name}: ${each.toFixed(1)} KiB each, opened in ${seconds.toFixed(1)} s; ` +
      `the slowest of 50 further requests took ${ms.toFixed(0)} ms, ${left} of the connections are still open`,
  )
  for (const socket of sockets) socket.destroy()
  await sleep(2000)
  console.log(`after they have ended: ${((memory() - before) / 1024).toFixed(0)} MiB more than before`)
}

try {
  // The first time memory grows; later it is used again.
  await measure('that have sent a request', asked)
  await measure('that never send a request', async () => {})
} finally {
  gateway.kill()
}

async function asked(socket: Socket): Promise<void> {
  socket.write(REQUEST)
  await once(socket, 'data')
}
