import type { TestProject } from 'vitest/node'
import { serverFolder } from './server-folder.ts'
import type {} from './servers.ts' // declares what is provided
import { startServers } from './start-servers.ts'

/** One NATS, one Redis and one ClickHouse for the whole test run. */
export default async function setup(project: TestProject) {
  await using open = new AsyncDisposableStack()
  const temp = open.use(await serverFolder())
  const { nats, redis, clickhouse } = open.use(await startServers(temp.path, process.env))
  project.provide('servers', {
    nats: { url: nats.url },
    redis: { url: redis.url },
    clickhouse: { url: clickhouse.url },
  })

  const owned = open.move()
  return () => owned.disposeAsync()
}
