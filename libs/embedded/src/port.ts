import { once } from 'node:events'
import { createServer } from 'node:net'
import getPort from 'get-port'
import { StartError } from './start-error.ts'

const host = '127.0.0.1'

/** A loopback port for `name`: the wanted one, or any that is free. */
export async function takePort(name: string, wanted = 0): Promise<number> {
  // getPort does not return a port twice within seconds, so two servers that start at once get different ones.
  if (wanted === 0) return getPort({ host })
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
