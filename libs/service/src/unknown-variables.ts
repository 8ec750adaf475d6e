import { knownVariables } from './known-variables.ts'

/** Programs beside the services, and tests, read these. */
const OF_OTHERS = /^SYNCLINE_(URL|KEY|PORT|DIR|TEST_\w+)$/
/** Kubernetes tells each pod of each Service: a Service `nats` makes NATS_SERVICE_HOST, NATS_PORT, NATS_PORT_4222_TCP_ADDR. */
const OF_KUBERNETES = /_SERVICE_(HOST|PORT)|_PORT(_\d+_(TCP|UDP|SCTP)(_\w+)?)?$/
/** GitHub Actions and Jenkins tell every process. */
const OF_CI =
  /^(RUNNER_(ARCH|DEBUG|ENVIRONMENT|NAME|OS|PERFLOG|TEMP|TOOL_CACHE|TRACKING_ID|USER|WORKSPACE)|RUN_\w*DISPLAY_URL)$/

const PREFIX =
  /^(BODY|CLICKHOUSE|COMMAND|EGRESS|GATEWAY|NATS|OPS|RECORDS|REDIS|RUN|RUNNER|SANDBOX|SCHEDULER|SYNC|SYNCLINE)_/

/**
 * What is wrong with variables that begin as ours do and that no service reads: a typing error would otherwise leave the
 * default in force, and nobody would notice. All services may get the same environment.
 */
export function unknownVariables(env: NodeJS.ProcessEnv, own: string[]): string[] {
  const known = new Set([...knownVariables, ...own])
  const unknown = Object.keys(env).filter((name) => PREFIX.test(name) && !known.has(name) && !isForeign(name))
  return unknown.map((name) => `${name} is no variable of Syncline: did you mean ${nearest(name, known)}?`)
}

function isForeign(name: string): boolean {
  return [OF_OTHERS, OF_KUBERNETES, OF_CI].some((foreign) => foreign.test(name))
}

function nearest(name: string, known: Iterable<string>): string {
  let best = { name: '', distance: Number.POSITIVE_INFINITY }
  for (const candidate of known) {
    const distance = editDistance(name, candidate)
    if (distance < best.distance) best = { name: candidate, distance }
  }
  return best.name
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
