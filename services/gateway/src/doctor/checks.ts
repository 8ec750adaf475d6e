import type { DoctorCheck } from '@syncline/api'
import type { Answered, Facts, RedisFacts, ServiceFacts } from './facts.ts'

/** A clock that is so far from ours makes retries and frequencies look odd. */
const CLOCK_WARNING_MS = 500
/** From here on, the scheduler takes it for a jump. */
const CLOCK_FAILED_MS = 2000
/** A call within one data centre takes less. */
const SLOW_MS = 500
/** The scheduler forgets runners that it has not heard of for long. */
const LATE_RUNNER_MS = 30_000

type State = DoctorCheck['state']

/** What is right and wrong, and what to do: in the order in which somebody would mend it. */
export function checksOf(facts: Facts, nowMs: number): DoctorCheck[] {
  return [
    check('gateway', 'ok', `version ${facts.version} on Node ${facts.node}`),
    answering('nats', facts.nats, ({ version }) => version, 'start NATS, or see NATS_URL of the gateway'),
    answering('redis', facts.redis, ({ version }) => version, 'start Redis, or see REDIS_URL of the gateway'),
    ...(facts.redis.kind === 'answered' ? [durability(facts.redis.answer)] : []),
    service('records', facts.records, 'RECORDS_ADDRESS'),
    service('scheduler', facts.scheduler, 'SCHEDULER_ADDRESS'),
    ...clocks(facts),
    ...runners(facts, nowMs),
    ...versions(facts),
    keyring(facts),
  ]
}

const order: State[] = ['ok', 'warning', 'failed']
export const worstOf = (checks: DoctorCheck[]): State =>
  checks.reduce<State>(
    (worst, { state }) => (order.indexOf(state) > order.indexOf(worst) ? state : worst),
    'ok',
  )

function check(name: string, state: State, message: string, advice: string | null = null): DoctorCheck {
  return { name, state, message, advice: state === 'ok' ? null : advice }
}

function answering<T>(name: string, asked: Answered<T>, textOf: (answer: T) => string, advice: string) {
  if (asked.kind === 'failed') return check(name, 'failed', asked.error, advice)
  const text = `${textOf(asked.answer)}, answers in ${asked.ms} ms`
  return asked.ms > SLOW_MS
    ? check(name, 'warning', text, 'see what keeps it busy, or the network to it')
    : check(name, 'ok', text)
}

function durability({ appendOnly, appendFsync, maxMemoryPolicy }: RedisFacts): DoctorCheck {
  const name = 'redis durability'
  const advice =
    'start Redis with --appendonly yes --appendfsync always --maxmemory-policy noeviction (decision 9)'
  if (appendOnly === null || appendFsync === null)
    return check(name, 'warning', 'Redis does not tell its settings (CONFIG GET)', `if you can, ${advice}`)
  const found = `appendonly ${appendOnly}, appendfsync ${appendFsync}, maxmemory-policy ${maxMemoryPolicy}`
  if (appendOnly !== 'yes')
    return check(name, 'failed', `${found}: a restart loses schedules and runs`, advice)
  if (maxMemoryPolicy !== null && maxMemoryPolicy !== 'noeviction')
    return check(name, 'failed', `${found}: Redis may drop schedules and runs`, advice)
  if (appendFsync !== 'always')
    return check(name, 'warning', `${found}: a crash may lose the leases of the last second`, advice)
  return check(name, 'ok', found)
}

function service(name: string, asked: Answered<ServiceFacts>, variable: string): DoctorCheck {
  const started = `start it, see its log, or see ${variable} of the gateway`
  if (asked.kind === 'failed') return check(name, 'failed', asked.error, started)
  const { version, node, checks } = asked.answer
  const away = Object.entries(checks).filter(([, state]) => state !== 'ok')
  if (away.length > 0) {
    const text = away.map(([server, state]) => `${server}: ${state}`).join('; ')
    return check(
      name,
      'failed',
      `it answers, but ${text}`,
      `start ${away.map(([server]) => server).join(', ')}`,
    )
  }
  const needs = Object.keys(checks).length > 0 ? `; ${Object.keys(checks).join(', ')} ok` : ''
  const build = version === '' ? 'an older build' : `version ${version} on Node ${node}`
  return answering(name, asked, () => build + needs, started)
}

function clocks({ clocks: all }: Facts): DoctorCheck[] {
  const offsets = Object.entries(all)
  if (offsets.length === 0) return []
  const text = offsets.map(([of, ms]) => `${of} ${ms < 0 ? '-' : '+'}${Math.abs(ms)} ms`).join(', ')
  const worst = Math.max(...offsets.map(([, ms]) => Math.abs(ms)))
  const state = worst > CLOCK_FAILED_MS ? 'failed' : worst > CLOCK_WARNING_MS ? 'warning' : 'ok'
  const advice = 'synchronize the clocks of all machines (chrony, systemd-timesyncd)'
  return [check('clocks', state, `against the gateway: ${text}`, advice)]
}

function runners({ runners: asked }: Facts, nowMs: number): DoctorCheck[] {
  const advice =
    'start a runner, or see its log: npm start has one, docker compose up --scale runner=2 adds some'
  if (asked.kind === 'failed')
    return [check('runners', 'failed', `nobody tells which there are: ${asked.error}`, 'start a scheduler')]
  const all = asked.answer
  if (all.length === 0) return [check('runners', 'failed', 'none: no run begins', advice)]
  const late = all.filter(({ seenAtMs }) => nowMs - seenAtMs > LATE_RUNNER_MS)
  const [slots, busy] = [sum(all.map((it) => it.slots)), sum(all.map((it) => it.busy))]
  const found = `${all.length}, ${busy} of ${slots} slots busy`
  const weak = all.filter(({ sandbox }) => sandbox === 'basic' || sandbox === 'partial')
  const levels = [...new Set(all.map(({ sandbox }) => sandbox))].sort().join(', ')
  return [
    late.length > 0
      ? check('runners', 'warning', `${found}; ${late.length} not heard of for 30 s`, 'see their logs')
      : check('runners', 'ok', found),
    weak.length > 0
      ? check(
          'sandbox',
          'warning',
          `${weak.length} of ${all.length} runners confine functions at level ${levels}: run only functions that you trust`,
          'let them have user namespaces and seccomp (libs/sandbox/README.md), and set SANDBOX_MIN_LEVEL=oswall',
        )
      : check('sandbox', 'ok', `functions are confined at level ${levels}`),
  ]
}

function versions({ version, records, scheduler }: Facts): DoctorCheck[] {
  const others = Object.entries({ records, scheduler }).flatMap(([name, asked]) =>
    asked.kind === 'answered' && asked.answer.version !== version
      ? [`${name} ${asked.answer.version || 'an older build'}`]
      : [],
  )
  if (others.length === 0) return [check('versions', 'ok', `all services that answer are ${version}`)]
  const text = `gateway ${version}, ${others.join(', ')}`
  return [
    check(
      'versions',
      'warning',
      text,
      'bring all services to one version; a rolling update may take its time',
    ),
  ]
}

function keyring({ keyring: asked }: Facts): DoctorCheck {
  if (asked.kind === 'failed')
    return check('keyring', 'failed', asked.error, 'give every gateway and runner the same SYNCLINE_KEYRING')
  if (asked.answer === 'none')
    return check('keyring', 'warning', 'the catalog has no check value', 'restart the gateway: it writes one')
  return asked.answer === 'current'
    ? check('keyring', 'ok', 'the first key of SYNCLINE_KEYRING seals, and opens what is stored')
    : check(
        'keyring',
        'warning',
        'the check value is sealed with an older key of SYNCLINE_KEYRING',
        'restart the gateway: it seals anew; keep the older key as long as secrets are sealed with it',
      )
}

const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0)
