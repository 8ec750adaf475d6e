import { orAborted, timeLimit } from '@syncline/async'
import type { Bus } from '@syncline/bus'
import { type Catalog, type Keyring, verifyKeyring } from '@syncline/catalog'
import { withoutAddresses } from '@syncline/errors'
import { type Redis, redisCall } from '@syncline/redis'
import { type Connection, version } from '@syncline/rpc'
import type { SchedulerCalls } from '../scheduler-calls.ts'
import type { Answered, Facts, RedisFacts, ServiceFacts } from './facts.ts'

const TIMEOUT_MS = 3000

interface Parts {
  bus: Bus
  redis: Redis
  records: Connection
  scheduler: Connection
  schedulerCalls: SchedulerCalls
  catalog: Catalog
  keyring: Keyring
}

/** Asks every part at once, each for up to 3 s. */
export async function inspect(parts: Parts, environment: string): Promise<Facts> {
  const [nats, redis, records, scheduler, runners, keyring] = await Promise.all([
    asked(() => natsFacts(parts.bus)),
    asked(() => redisFacts(parts.redis)),
    asked((signal) => parts.records.describe(signal)),
    asked((signal) => parts.scheduler.describe(signal)),
    asked(async () => {
      const capacity = await parts.schedulerCalls.ask((schedules, options) =>
        schedules.getCapacity({ environment }, options),
      )
      return capacity.runners
    }),
    asked(async () => keyringFacts(parts)),
  ])
  const clocks = {
    ...offsetOf('Redis', redis, ({ timeMs }) => timeMs),
    ...offsetOf('records', records, nowOf),
    ...offsetOf('scheduler', scheduler, nowOf),
  }
  return { version, node: process.versions.node, nats, redis, records, scheduler, runners, clocks, keyring }
}

async function asked<T>(
  ask: (signal: AbortSignal) => Promise<T>,
): Promise<Answered<T> & { endedMs: number }> {
  using limit = timeLimit(TIMEOUT_MS)
  const from = Date.now()
  try {
    const answer = await orAborted(ask(limit.signal), limit.signal)
    return { kind: 'answered', answer, ms: Date.now() - from, endedMs: Date.now() }
  } catch (error) {
    const message = limit.signal.aborted ? `no answer within ${TIMEOUT_MS} ms` : String(Object(error).message)
    return { kind: 'failed', error: withoutAddresses(message), endedMs: Date.now() }
  }
}

async function natsFacts({ connection }: Bus) {
  await connection.flush()
  return { version: connection.info?.version ?? 'of an unknown version' }
}

async function redisFacts(redis: Redis): Promise<RedisFacts> {
  // Managed servers do not show their settings.
  const setting = (name: string) =>
    redisCall(redis.config('GET', name)).then(
      (pair) => (Array.isArray(pair) ? String(pair[1] ?? '') : null),
      () => null,
    )
  const [info, appendOnly, appendFsync, maxMemoryPolicy] = await Promise.all([
    redisCall(redis.info('server')),
    setting('appendonly'),
    setting('appendfsync'),
    setting('maxmemory-policy'),
  ])
  const version = /^redis_version:(\S+)/m.exec(info)?.[1] ?? 'of an unknown version'
  const [seconds, micros] = await redisCall(redis.time())
  const timeMs = Number(seconds) * 1000 + Number(micros) / 1000
  return { version, appendOnly, appendFsync, maxMemoryPolicy, timeMs }
}

async function keyringFacts({ catalog, keyring }: Parts): Promise<'current' | 'older' | 'none'> {
  const check = await catalog.keyringChecks.find('check')
  if (!check) return 'none'
  verifyKeyring(keyring, check)
  return keyring.isCurrent(check.sealed) ? 'current' : 'older'
}

/** An older build tells no time. */
const nowOf = ({ nowMs }: ServiceFacts) => (nowMs === 0 ? undefined : nowMs)

/** As if it had answered in the middle of the call. */
function offsetOf<T>(
  name: string,
  asked: Answered<T> & { endedMs: number },
  timeOf: (answer: T) => number | undefined,
): Record<string, number> {
  const time = asked.kind === 'answered' ? timeOf(asked.answer) : undefined
  if (asked.kind === 'failed' || time === undefined) return {}
  return { [name]: Math.round(time - (asked.endedMs - asked.ms / 2)) }
}
