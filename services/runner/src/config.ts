import { MIN_ANSWER_BYTES } from '@syncline/outgoing'
import {
  defaultLimits,
  defaultParentLimits,
  defaultReuseLimits,
  type Limits,
  leastInFlightBytes,
  levels,
  type ParentLimits,
  reusePolicies,
} from '@syncline/sandbox'
import {
  bytes,
  milliseconds,
  natsConfig,
  natsVariables,
  processVariables,
  redisConfig,
  redisVariables,
  variable,
} from '@syncline/service'
import { z } from 'zod'
import { PARKED_BYTES } from './parking.ts'

const MIB = 1024 * 1024
/** Of one slot. */
const IN_FLIGHT_BYTES = 128 * MIB
/** Of one parked run: messages of its calls, which have a quarter of all. */
const IN_FLIGHT_PARKED_BYTES = 4 * PARKED_BYTES
const MIN_IN_FLIGHT_BYTES = leastInFlightBytes({
  frameBytes: defaultLimits.frameBytes,
  answerBytes: MIN_ANSWER_BYTES,
})

/** After the drain: what ends runs that are left, and closes connections. */
const STOP_SPARE_MS = 5000

export const Config = z
  .object({
    ...natsVariables,
    ...redisVariables,
    STOP_TIMEOUT_MS: processVariables.STOP_TIMEOUT_MS,
    RECORDS_ADDRESS: variable.text('127.0.0.1:50051'),
    SCHEDULER_ADDRESS: variable.text('127.0.0.1:50052'),
    /**
     * Keys that encrypt credentials, as `name:base64` separated by commas. The first one encrypts, all decrypt. Gateway and runner have
     * the same.
     */
    SYNCLINE_KEYRING: variable.text(),
    /** Runs at a time. Each may take RUN_MEMORY_MB. */
    RUNNER_SLOTS: variable.whole(4, { least: 1, most: 1000 }),
    /** Additional slots for environments that have no run in flight, so that the long runs of one environment never hold all slots. */
    RUNNER_RESERVED_SLOTS: variable.whole(1, { least: 0, most: 1000 }),
    /** Actions at a time, in addition to the runs of syncs. 0 = this runner takes none. */
    RUNNER_ACTION_SLOTS: variable.whole(4, { least: 0, most: 1000 }),
    /** How long an action may take: in the gateway one that a client calls, in the runner one that a function calls. */
    ACTION_TIMEOUT_MS: variable.whole(120_000, { least: 1000, most: 3_600_000 }),
    /** Previews of syncs at the same time. 0 = this runner takes none. */
    RUNNER_PREVIEW_SLOTS: variable.whole(2, { least: 0, most: 100 }),
    /** Runs that may wait for their API without a slot. Each keeps its process: about 60 MB, RUN_MEMORY_MB at most. */
    RUNNER_MAX_PARKED: variable.whole(8, { least: 0, most: 10_000 }),
    /**
     * Memory of the runner for messages, answers of APIs and pages that its runs hold at a time. Each slot gets an equal part. 0 = 128
     * MiB for each slot, or the least that slots and parked runs need.
     */
    RUNNER_MAX_INFLIGHT_BYTES: variable.whole(0, bytes),
    /** How long runs may go on after SIGTERM. Then they are handed to other runners. */
    RUNNER_DRAIN_MS: variable.whole(10_000, { least: 0, most: milliseconds.most }),
    /** How long a run may take. */
    RUN_TIMEOUT_MS: variable.whole(defaultLimits.wallMs, milliseconds),
    /** A function that blocks its event loop for so long is ended. */
    RUN_BLOCKED_MS: variable.whole(defaultLimits.silentMs, milliseconds),
    /** Processor time that a run may take. */
    RUN_CPU_MS: variable.whole(defaultLimits.cpuMs, milliseconds),
    /** Memory that the JavaScript objects of a run may take. */
    RUN_HEAP_MB: variable.whole(defaultLimits.heapMb, { least: 16, most: 65_536 }),
    /** Memory that the process of a run may take. */
    RUN_MEMORY_MB: variable.whole(defaultLimits.memoryMb, { least: 64, most: 65_536 }),
    /** A run whose runner sends nothing for so long is given to another runner. Scheduler and runner need the same value. */
    RUN_LEASE_MS: variable.whole(20_000, { least: 1000, most: 3_600_000 }),
    /** The weakest sandbox with which this runner starts (see libs/sandbox). */
    SANDBOX_MIN_LEVEL: variable.oneOf(levels, 'oswall'),
    /** Started processes that wait for a run, at least. Each takes about 50 MB. */
    SANDBOX_WARM_MIN: variable.whole(2, { least: 0, most: 1000 }),
    /** Started processes that wait for a run, at most, when many runs come. */
    SANDBOX_WARM_MAX: variable.whole(8, { least: 0, most: 1000 }),
    /**
     * `bundle`: a process serves runs of the same environment and bundle, one after the other, each in a V8 context of its own.
     * `never`: each run has a process of its own, which costs about 50 ms of processor time (see libs/sandbox).
     */
    SANDBOX_REUSE: variable.oneOf(reusePolicies, 'bundle'),
    /** Processes that have served a run and wait for another one of the same bundle. Each takes about 80 MB. */
    SANDBOX_REUSE_MAX: variable.whole(8, { least: 0, most: 1000 }),
    /** Hosts without a public address that requests may go to, as `host` or `host:port`. Gateway and runner have the same. */
    EGRESS_ALLOW_HOSTS: variable.list([]),
    /** Only for tests: every request goes to this origin instead. */
    EGRESS_REDIRECT_TO: variable.url(''),
  })
  .superRefine((env, context) => {
    const longest = env.STOP_TIMEOUT_MS - STOP_SPARE_MS
    if (env.RUNNER_DRAIN_MS > longest) {
      const message = `must be at most ${longest}: the process ends STOP_TIMEOUT_MS (${env.STOP_TIMEOUT_MS}) after SIGTERM, and needs ${STOP_SPARE_MS} beside it. Set STOP_TIMEOUT_MS higher, and the grace period of its container too`
      context.addIssue({ code: 'custom', path: ['RUNNER_DRAIN_MS'], message })
    }
    const { RUNNER_MAX_INFLIGHT_BYTES: bytes, RUNNER_MAX_PARKED: parked } = env
    const least = leastOf(env)
    if (bytes === 0 || bytes >= least) return
    const message = `${slotsOf(env)} slots (RUNNER_SLOTS + RUNNER_RESERVED_SLOTS + RUNNER_ACTION_SLOTS + RUNNER_PREVIEW_SLOTS) and ${parked} parked runs (RUNNER_MAX_PARKED) need ${least} bytes at least: with less, calls of one run could wait for each other`
    context.addIssue({ code: 'custom', path: ['RUNNER_MAX_INFLIGHT_BYTES'], message })
  })
  .transform((env, context) => ({
    nats: natsConfig(env, context),
    redis: redisConfig(env),
    records: { address: env.RECORDS_ADDRESS },
    scheduler: { address: env.SCHEDULER_ADDRESS },
    keyring: env.SYNCLINE_KEYRING,
    slots: { ordinary: env.RUNNER_SLOTS, reserved: env.RUNNER_RESERVED_SLOTS },
    actionSlots: env.RUNNER_ACTION_SLOTS,
    actionTimeoutMs: env.ACTION_TIMEOUT_MS,
    previewSlots: env.RUNNER_PREVIEW_SLOTS,
    maxParked: env.RUNNER_MAX_PARKED,
    drainMs: env.RUNNER_DRAIN_MS,
    leaseMs: env.RUN_LEASE_MS,
    limits: {
      ...defaultLimits,
      wallMs: env.RUN_TIMEOUT_MS,
      silentMs: env.RUN_BLOCKED_MS,
      cpuMs: env.RUN_CPU_MS,
      heapMb: env.RUN_HEAP_MB,
      memoryMb: env.RUN_MEMORY_MB,
    } satisfies Limits,
    parentLimits: {
      ...defaultParentLimits,
      inFlightBytes: env.RUNNER_MAX_INFLIGHT_BYTES || Math.max(slotsOf(env) * IN_FLIGHT_BYTES, leastOf(env)),
      runs: slotsOf(env),
    } satisfies ParentLimits,
    sandbox: {
      minLevel: env.SANDBOX_MIN_LEVEL,
      warm: { least: env.SANDBOX_WARM_MIN, most: env.SANDBOX_WARM_MAX },
      reuse: env.SANDBOX_REUSE,
      reuseLimits: { ...defaultReuseLimits, idle: env.SANDBOX_REUSE_MAX },
    },
    egress: { allowHosts: env.EGRESS_ALLOW_HOSTS, redirectTo: env.EGRESS_REDIRECT_TO },
  }))
export type Config = z.output<typeof Config>

interface Slots {
  RUNNER_SLOTS: number
  RUNNER_RESERVED_SLOTS: number
  RUNNER_ACTION_SLOTS: number
  RUNNER_PREVIEW_SLOTS: number
}

const slotsOf = (env: Slots) =>
  env.RUNNER_SLOTS + env.RUNNER_RESERVED_SLOTS + env.RUNNER_ACTION_SLOTS + env.RUNNER_PREVIEW_SLOTS

function leastOf(env: Slots & { RUNNER_MAX_PARKED: number }) {
  return slotsOf(env) * MIN_IN_FLIGHT_BYTES + env.RUNNER_MAX_PARKED * IN_FLIGHT_PARKED_BYTES
}
