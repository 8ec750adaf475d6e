// A worker of BullMQ whose jobs do nothing.
import { Worker } from 'bullmq'
import { answerParent } from './answer-parent.ts'

export interface BullMqWorker {
  port: number
  queue: string
  concurrency: number
}

const message = process.argv[2]
if (message === undefined) throw new Error('this program is started by bullmq.ts')
const { port, queue, concurrency } = JSON.parse(message) as BullMqWorker // of bullmq.ts
const counts = answerParent(() => worker.close(true))
const worker = new Worker(
  queue,
  async (job) => {
    // The id of a job is `repeat:<schedule>:<slot>`.
    const [, schedule = '', slot] = job.id?.split(':') ?? []
    counts.taken(schedule, Date.now() - Number(slot))
  },
  { connection: { host: '127.0.0.1', port }, concurrency, removeOnComplete: { count: 0 } },
)
worker.on('completed', () => counts.ended())
worker.on('error', (error) => console.error(error))
await worker.waitUntilReady()
counts.ready()
