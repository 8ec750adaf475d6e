import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:net'
import getPort, { portNumbers } from 'get-port'
import { StartError } from './start-error.ts'

const host = '127.0.0.1'

/** Above the ports of known servers, and below those that the system gives to connections (from 32768 on Linux, 49152 on macOS). */
const FIRST = 10_000
const LAST = 32_000
const LOOKED_AT = 100

/**
 * A loopback port that nothing listens on. Before it is used, no connection and no server that asked for any port gets it: the
 * system takes theirs from another range. The search begins anywhere, so that processes that search at once find different ones.
 */
export function freePort(): Promise<number> {
  const first = randomInt(FIRST, LAST - LOOKED_AT)
  return getPort({ host, port: portNumbers(first, first + LOOKED_AT) })
}

/** A loopback port for `name`: the wanted one, or any that is free. */
export async function takePort(name: string, wanted = 0): Promise<number> {
  if (wanted === 0) return freePort()
  const probe = createServer()
  try {
    await once(probe.listen(wanted, host), 'listening')
  } catch (cause) {
    throw new StartError(
      `${name} cannot listen on ${host}:${wanted} (${(cause as NodeJS.ErrnoException).code}): stop the program that uses the port, or choose another`,
      { cause },
    )
  }
  probe.close()
  await once(probe, 'close')
  return wanted
}
