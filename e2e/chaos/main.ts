// Schedules while their processes are killed, suspended and restarted: `pnpm chaos [--seed n] [--minutes m]`. Ends with 1 if a
// promise was broken.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { causeChaos } from './chaos.ts'

const MINUTE_S = 60

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: randomBytes(4).toString('hex') },
    minutes: { type: 'string', default: '10' },
    schedulers: { type: 'string', default: '3' },
    runners: { type: 'string', default: '3' },
  },
})
const minutes = Number(values.minutes)
if (!(minutes > 0)) throw new Error(`--minutes '${values.minutes}' must be a number above 0`)
console.error(
  `to repeat it with the same random numbers: pnpm chaos --seed ${values.seed} --minutes ${minutes}`,
)

const progress = (text: string) =>
  console.error(`${(performance.now() / 1000).toFixed(0).padStart(5)} s  ${text}`)
const report = await causeChaos({
  seed: values.seed,
  seconds: minutes * MINUTE_S,
  schedulers: Number(values.schedulers),
  runners: Number(values.runners),
  slots: 4,
  leaseMs: 10_000,
  intervals: [1, 2, 5, 10, 30],
  environments: ['dev', 'prod'],
  connections: 2,
  apiDelayMs: 150,
  pauseMs: 6000,
  suspendMs: 60_000,
  downMs: 8000,
  clockJumps: Math.ceil(minutes / 2),
  progress,
})
const { faults, violations, ...figures } = report
console.log(JSON.stringify({ seed: values.seed, faults: faults.length, ...figures }, null, 2))
for (const violation of violations) console.log(`BROKEN  ${violation}`)
console.log(violations.length === 0 ? 'every promise was kept' : `${violations.length} promises were broken`)
if (violations.length > 0) process.exitCode = 1
