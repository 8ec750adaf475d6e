// A runner without functions: takes runs, and ends each at once as a success.
import { setTimeout as sleep } from 'node:timers/promises'
import { connectBus } from '@syncline/bus'
import { RunOutcome, RunsDefinition } from '@syncline/proto'
import { connect } from '@syncline/rpc'
import { answerParent } from './answer-parent.ts'

export interface StubRunner {
  scheduler: string
  nats: string
  prefix: string
  slots: number
  intervalMs: number
}

const IDLE_MS = 1000
const BEAT_MS = 3000

const message = process.argv[2]
if (message === undefined) throw new Error('this program is started by world.ts')
const work = JSON.parse(message) as StubRunner // of world.ts
const bus = await connectBus({ url: work.nats, prefix: work.prefix, replicas: 1 }, 'stub-runner')
const connection = connect(work.scheduler)
const client = connection.client(RunsDefinition)
const runner = { id: `bench/${process.pid}/stub`, sandbox: 'none', slots: work.slots, reservedSlots: 1 }
const stop = new AbortController()
const counts = answerParent(async () => {
  stop.abort()
  await bus[Symbol.asyncDispose]()
  connection[Symbol.dispose]()
})

let free = work.slots
let wake = Promise.withResolvers<void>()
const awake = () => {
  wake.resolve()
  wake = Promise.withResolvers()
}
bus.connection.subscribe(`${bus.prefix}.wake.runners`, { callback: awake })

async function takeOnAndOn(): Promise<void> {
  while (!stop.signal.aborted) {
    const woken = wake.promise
    if (free > 0) {
      const { attempts } = await client.takeRuns({ runner, freeSlots: free, freeReservedSlots: 0 })
      const now = Date.now()
      free -= attempts.length
      for (const { runId, attempt } of attempts) {
        const schedule = runId.slice(0, runId.lastIndexOf('-'))
        counts.taken(schedule, lateness(schedule, now))
        void end(runId, attempt)
      }
      if (attempts.length > 0) continue
    }
    await Promise.race([woken, sleep(IDLE_MS)])
  }
}

async function end(runId: string, attempt: number): Promise<void> {
  await client.endAttempt({ runId, attempt, outcome: RunOutcome.SUCCESS, finishedAtMs: Date.now() })
  free++
  counts.ended()
  awake()
}

/** Since its last slot: right as long as it is less than the interval. Slots are those of services/scheduler/src/schedules/slots.ts. */
function lateness(schedule: string, now: number): number {
  const phase = Number.parseInt(schedule.slice(0, 12), 16) % work.intervalMs
  return (((now - phase) % work.intervalMs) + work.intervalMs) % work.intervalMs
}

setInterval(
  () => void client.heartbeat({ runner, beats: [] }).catch((error) => console.error(error)),
  BEAT_MS,
)
counts.ready()
await takeOnAndOn()
