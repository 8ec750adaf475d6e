import { definitionFrom } from '../src/definition.ts'
import { type Schedule, scheduleFrom } from '../src/schedule.ts'
import type { World } from './world.ts'

/** All schedules in Redis, as `connection/sync/variant` would sort them. */
export async function schedulesIn({ redis, key }: World): Promise<Schedule[]> {
  const found: Schedule[] = []
  for (const name of await redis.keys(key('s:*'))) {
    const id = name.slice(key('s:').length)
    const fields = { ...(await redis.hgetall(name)), ...(await redis.hgetall(key(`t:${id}`))) }
    const { def = '' } = fields
    found.push(scheduleFrom(id, fields, definitionFrom(def, await redis.hgetall(key(`sync:${def}`)))))
  }
  const place = ({ connection, definition, variant }: Schedule) =>
    `${connection}/${definition.sync}/${variant}`
  return found.sort((a, b) => (place(a) < place(b) ? -1 : 1))
}

/** As `connection/sync`. */
export async function names(world: World): Promise<string[]> {
  return (await schedulesIn(world)).map(({ connection, definition }) => `${connection}/${definition.sync}`)
}

/** Ids of the runs that have not ended. */
export async function activeRuns({ redis, key }: World): Promise<string[]> {
  return (await redis.keys(key('r:*'))).map((name) => name.slice(key('r:').length))
}
