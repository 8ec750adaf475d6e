import { AttemptFacts } from '@syncline/proto'
import type { ClickHouse } from '../clickhouse/clickhouse.ts'
import type { ReadClient } from '../clickhouse/read-client.ts'
import { RowWriter } from '../clickhouse/row-binary.ts'
import { sql } from '../clickhouse/sql.ts'

/** The table `run_attempt`: what runners told of attempts. Nobody asks for parts of it: `facts` is the message as it came. */

/** Attempts of a run that are read: its newest ones. */
const ATTEMPTS_MAX = 100

/** A statement of a migration. */
export const runAttemptTtl = (days: number) =>
  `ALTER TABLE run_attempt{on_cluster} MODIFY TTL toDateTime(intDiv(ended_at, 1000)) + INTERVAL ${days} DAY`

/** A repeated call writes the same rows again, and rows of the same attempt are one. */
export async function appendAttempts(
  clickhouse: ClickHouse,
  attempts: readonly AttemptFacts[],
): Promise<void> {
  const writer = new RowWriter()
  for (const attempt of attempts) {
    writer.string(attempt.environment)
    writer.string(attempt.runId)
    writer.uint32(attempt.attempt)
    writer.int64(attempt.endedAtMs)
    writer.string(Buffer.from(AttemptFacts.encode(attempt).finish()))
  }
  await clickhouse.insertGathered(
    sql`run_attempt (environment, run_id, attempt, ended_at, facts)`,
    writer.finish(),
  )
}

/** The first one first. As of its log, the attempts of a run may be on two shards. */
export async function listAttempts(
  shards: readonly ReadClient[],
  { environment, runId }: { environment: string; runId: string },
): Promise<AttemptFacts[]> {
  const found = await Promise.all(
    shards.map((shard) =>
      shard.select(
        sql`SELECT facts FROM run_attempt FINAL WHERE environment = ${environment} AND run_id = ${runId}
          ORDER BY attempt DESC LIMIT ${ATTEMPTS_MAX}`,
        (row) => AttemptFacts.decode(row.bytes()),
      ),
    ),
  )
  const byAttempt = new Map(found.flat().map((facts) => [facts.attempt, facts]))
  return [...byAttempt.values()].sort((a, b) => a.attempt - b.attempt).slice(-ATTEMPTS_MAX)
}
