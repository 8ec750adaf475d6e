import { servers } from '@syncline/testkit'
import { definitionFrom } from '../src/schedules/definition.ts'
import { type Schedule, scheduleFrom } from '../src/schedules/schedule.ts'
import { openWorld, type World } from './world.ts'

/** In a database of Redis beside the one of other tests: reads that go over all keys would take long there. */
export function openOwnWorld(settings: Record<string, string> = {}) {
  return openWorld({ REDIS_URL: `${servers().redis.url}/${1 + (process.pid % 15)}`, ...settings })
}

/** All schedules in Redis, as `connection/sync/variant` would sort them. */
export async function schedulesIn({ redis, key }: World): Promise<Schedule[]> {
  const ids = (await redis.keys(key('s:*'))).map((name) => name.slice(key('s:').length))
  const read = async (id: string): Promise<Schedule[]> => {
    const [short, long] = await Promise.all([redis.hgetall(key(`s:${id}`)), redis.hgetall(key(`t:${id}`))])
    // It was removed meanwhile.
    if (short.def === undefined) return []
    const definition = definitionFrom(short.def, await redis.hgetall(key(`sync:${short.def}`)))
    return [scheduleFrom(id, { ...short, ...long }, definition)]
  }
  const found = (await Promise.all(ids.map(read))).flat()
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
