import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '@syncline/errors'
import { type ClickHouse, isDefinitive } from '../clickhouse/clickhouse.ts'
import type { Events } from '../events.ts'
import type { Lease } from '../stream/lease.ts'
import { insertRows, wasInserted } from '../tables/record-log.ts'

const TRIES = 5
const FIRST_PAUSE_MS = 250

export type Insert = {
  rows: Buffer
  leases: Lease[]
  /** A stream that the rows change, and the instant of its commit: where they are, all of them are. */
  example: { id: string; instant: number } | undefined
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
 * Inserts the rows of a commit, all or none. An insert whose end we did not hear of may have happened, or may still be
 * running: it is repeated with its token, so that it happens once. ClickHouse refuses it when a lease is over.
 */
export async function insertOnce(
  clickhouse: ClickHouse,
  events: Events,
  { rows, leases, example }: Insert,
): Promise<void> {
  if (rows.length === 0) return
  const token = randomUUID()
  let definitive = true
  for (let tries = 1; ; tries++) {
    await Promise.all(leases.map((lease) => lease.ensure())).catch((error: unknown) => {
      throw new InsertFailed(error, definitive)
    })
    try {
      // The server remembers tokens of the last inserts only, and others may have had many since.
      if (tries > 1 && example && (await wasInserted(clickhouse, example.id, example.instant))) return
      await insertRows(clickhouse, rows, token, Math.min(...leases.map(({ endsAt }) => endsAt)))
      if (tries === 1) clickhouse.reuse(rows) // an insert that failed may still be on its way
      return
    } catch (error) {
      definitive &&= isDefinitive(error)
      if (!(error instanceof AppError) || tries === TRIES) throw new InsertFailed(error, definitive)
      events.insertRepeated(tries, error)
      await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1) * (0.75 + Math.random() / 2))
    }
  }
}
