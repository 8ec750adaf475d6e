// One of the processes that share a budget: calls an API for its connections, each as often as it may.
import { setTimeout as sleep } from 'node:timers/promises'
import { Budgets } from '@syncline/outgoing'
import { accessOf } from '@syncline/outgoing/simulation'
import { connectRedis } from '@syncline/redis'
import { Agent, request } from 'undici'

export interface BudgetProcess {
  redis: string
  prefix: string
  api: string
  requests: number
  connections: { name: string; calls: number }[]
}

const message = process.argv[2]
if (message === undefined) throw new Error('this program is started by budget.ts')
const work = JSON.parse(message) as BudgetProcess // of budget.ts
const redis = connectRedis(work.redis, (error) => console.error(error))
const budgets = new Budgets(redis, work.prefix)
const dispatcher = new Agent({ keepAliveTimeout: 30_000 })

for (const { name, calls } of work.connections) {
  for (let i = 0; i < calls; i++) void callOnAndOn(name)
}
process.on('disconnect', () => process.exit())

async function callOnAndOn(connection: string): Promise<never> {
  const access = accessOf(connection, { budget: { key: 'app', requests: work.requests, per_s: 1 } })
  for (;;) {
    const { waitMs } = await budgets.take(access, { connection, lane: 'fresh' })
    if (waitMs > 0) {
      await sleep(waitMs)
      continue
    }
    const { statusCode: status, headers, body } = await request(`${work.api}/${connection}`, { dispatcher })
    await body.dump()
    await budgets.learn(access, { status, headers: headers as Record<string, string> }) // none of them comes twice
  }
}
