import { setTimeout as sleep } from 'node:timers/promises'
import { connectRedis } from '@syncline/redis'
import { checkState } from '../../services/scheduler/test/check-state.ts'
import type { ChaosSystem } from './chaos-system.ts'

/** Scripts that were on their way have run. */
const SETTLE_MS = 300

/** What the scheduler keeps in Redis and what contradicts itself. No scheduler works meanwhile. */
export async function contradictions({
  redisUrl,
  redisPrefix,
  runsMax,
  victims,
}: ChaosSystem): Promise<string[]> {
  using frozen = new DisposableStack()
  for (const victim of victims) if (victim.name.startsWith('scheduler')) frozen.use(victim.freeze())
  await sleep(SETTLE_MS)
  const redis = frozen.adopt(
    connectRedis(redisUrl, () => {}),
    (client) => client.disconnect(),
  )
  return await checkState(redis, redisPrefix, runsMax) // before the schedulers go on
}
