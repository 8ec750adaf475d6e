import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { jittered } from '@syncline/async'
import { AppError } from '@syncline/errors'
import { type ClickHouse, isDefinitive } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { Lease } from '../stream/lease.ts'
import { insertRows, isInserting, wasInserted } from '../tables/record-log.ts'

const TRIES = 5
const FIRST_PAUSE_MS = 250
/** So much may the clock of ClickHouse be behind that of Redis. `Lease.ensure` leaves an insert more than that. */
const CLOCK_SKEW_MS = 5000

export type Insert = {
  rows: Buffer
  leases: Lease[]
  /** A stream that the rows change, and the instant of its commit: where they are, all of them are. */
  example: { id: string; instant: number }
}

/** `definitive`: no statement is running any more. `rejected`: ClickHouse is well, and refuses these rows. */
export class InsertFailed extends Error {
  override name = 'InsertFailed'
  readonly definitive: boolean
  readonly rejected: boolean

  constructor(cause: unknown, definitive: boolean) {
    super('the insert of a commit has failed', { cause })
    this.definitive = definitive
    this.rejected = !(cause instanceof AppError)
  }
}

/**
 * Inserts the rows of a commit, all or none, while their leases last. An insert whose end we did not hear of may have
 * happened, or may still be running: it is repeated with its token, so that it happens once.
 */
export async function insertOnce(clickhouse: ClickHouse, events: Events, insert: Insert): Promise<void> {
  const { rows, leases, example } = insert
  let token = randomUUID()
  let definitive = true
  for (let tries = 1; ; tries++) {
    await Promise.all(leases.map((lease) => lease.ensure())).catch((error: unknown) => {
      throw new InsertFailed(error, definitive)
    })
    try {
      // The server remembers tokens of the last inserts only, and others may have had many since.
      if (tries > 1 && (await wasInserted(clickhouse, example.id, example.instant))) return
      await insertRows(clickhouse, rows, token, notAfter(leases))
      if (tries === 1) return clickhouse.reuse(rows) // an insert that failed may still be on its way
      if (await hasHappened(clickhouse, token, example)) return
      token = randomUUID()
    } catch (error) {
      definitive &&= isDefinitive(error)
      if (!(error instanceof AppError) || tries === TRIES) throw new InsertFailed(error, definitive)
      events.insertRepeated(tries, error)
      await sleep(jittered(FIRST_PAUSE_MS * 2 ** (tries - 1)))
    }
  }
}

export const notAfter = (leases: Lease[]) => Math.min(...leases.map(({ endsAt }) => endsAt)) - CLOCK_SKEW_MS

/**
 * Whether an insert of which the server says that it has happened before is there. ClickHouse writes the token down
 * before the rows become visible. If it is killed in between, it knows the token of an insert that it has lost, and takes
 * every repetition for a duplicate.
 */
async function hasHappened(
  clickhouse: ClickHouse,
  token: string,
  { id, instant }: Insert['example'],
): Promise<boolean> {
  while (await isInserting(clickhouse, token)) await sleep(FIRST_PAUSE_MS)
  return wasInserted(clickhouse, id, instant)
}
