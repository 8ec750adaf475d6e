import { join } from 'node:path'
import type { Server, startClickHouse } from '@syncline/embedded'
import { freePort, serverFolder } from '@syncline/testkit'

/** A server of the test's own, to be killed and started again on the same port and data; `dir` says where these are. */
export async function startKillable(start: typeof startClickHouse, dir?: string) {
  await using open = new AsyncDisposableStack()
  const temp = open.use(await serverFolder())
  const place = { dir: dir ?? join(temp.path, 'data'), log: join(temp.path, 'log'), port: await freePort() }
  let server: Server = await start(place)
  open.defer(() => server[Symbol.asyncDispose]())
  const owned = open.move()
  return {
    url: server.url,
    async kill() {
      process.kill(server.pid, 'SIGKILL')
      await server.exited
    },
    async start() {
      server = await start(place)
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
