import { recordedIssues } from './recorded.ts'
import { startReplay } from './server.ts'

const port = Number(process.env.REPLAY_PORT ?? 3999)
const host = process.env.REPLAY_HOST ?? '127.0.0.1'
const replay = await startReplay({ items: recordedIssues(), port, host })
console.log(`recorded GitHub answers on ${replay.url}`)
for (const signal of ['SIGTERM', 'SIGINT'] as const)
  process.once(signal, () => void replay[Symbol.asyncDispose]())
