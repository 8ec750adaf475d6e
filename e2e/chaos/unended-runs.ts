import { connectRedis } from '@syncline/redis'
import type { ChaosSystem } from './chaos-system.ts'

/** Each run that has not ended with its schedule, and when it is due, as the scheduler keeps them: one JSON text a line. */
export async function unendedRuns({ redisUrl, redisPrefix }: ChaosSystem): Promise<string> {
  const redis = connectRedis(redisUrl, () => {})
  try {
    const base = `{${redisPrefix}}:`
    const now = Date.now()
    const lines = [`now (real time) ${now}`]
    for (const key of await redis.keys(`${base}r:*`)) {
      const run = key.slice(`${base}r:`.length)
      const scored = ['leases', 'delayed'].map(async (set) => [set, await redis.zscore(base + set, run)])
      const fields = await redis.hgetall(key)
      const schedule = await redis.hgetall(`${base}s:${run.split('-')[0]}`)
      lines.push(
        JSON.stringify({ run, ...fields, ...Object.fromEntries(await Promise.all(scored)), schedule }),
      )
    }
    return lines.join('\n')
  } finally {
    redis.disconnect()
  }
}
