import { mkdtempDisposable } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startClickHouse, startNats, startRedis } from '@syncline/embedded'
import type { TestProject } from 'vitest/node'
import type {} from './servers.ts' // the type of what is provided

/** Starts one NATS, one Redis and one ClickHouse for the whole test run; a server named by a variable is used instead. */
export default async function setup(project: TestProject) {
  await using open = new AsyncDisposableStack()
  const temp = open.use(await mkdtempDisposable(join(tmpdir(), 'syncline-test-')))

  const server = async (name: string, start: typeof startNats) => {
    const given = process.env[`SYNCLINE_TEST_${name.toUpperCase()}_URL`]
    if (given) return { url: given }
    const { url } = open.use(await start({ dir: join(temp.path, name), log: join(temp.path, `${name}.log`) }))
    return { url }
  }
  const [nats, redis, clickhouse] = await Promise.all([
    server('nats', startNats),
    server('redis', startRedis),
    server('clickhouse', startClickHouse),
  ])
  project.provide('servers', { nats, redis, clickhouse })

  const owned = open.move()
  return () => owned.disposeAsync()
}
