import { join } from 'node:path'
import { startRedis } from '@syncline/embedded'
import { serverFolder } from '@syncline/testkit'

/** A Redis of one test alone: for those that count commands, or read all keys. */
export async function ownRedis() {
  await using open = new AsyncDisposableStack()
  const temp = open.use(await serverFolder())
  const place = { dir: join(temp.path, 'data'), log: join(temp.path, 'redis.log') }
  const { url } = open.use(await startRedis(place))
  const owned = open.move()
  return { url, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}
