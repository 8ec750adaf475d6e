import type { Schedule } from '@syncline/sdk'
import { Pool } from 'undici'
import { askClickHouse } from '../records/ask-clickhouse.ts'

const DAY_MS = 86_400_000
/** Of one statement. */
const DAYS = 5
const DAYS_OF_YEAR = 365

interface Year {
  clickhouseUrl: string
  environment: string
  schedules: readonly Schedule[]
  /** A run of each schedule every so many milliseconds. */
  everyMs: number
  progress: (text: string) => void
}

/**
 * Fills `run_fact` inside ClickHouse with a run of each schedule in each interval of the last year: 2 % fail with one of 60 messages
 * that are not equally frequent, 0.2 % are cancelled. Waits until the sums of all hours are made. Returns the number of runs.
 */
export async function fillYear({
  clickhouseUrl,
  environment,
  schedules,
  everyMs,
  progress,
}: Year): Promise<number> {
  const pool = new Pool(clickhouseUrl, { headersTimeout: 600_000, bodyTimeout: 600_000 })
  try {
    const ask = (statement: string, rows?: Buffer) => askClickHouse(pool, statement, rows)
    await ask(`CREATE OR REPLACE TABLE syncline.bench_schedule (n UInt32, schedule String, integration String, connection String, sync String)
      ENGINE = MergeTree ORDER BY n`)
    const rows = schedules.map(({ id, provider_config_key, connection_id, name }, n) =>
      [n, id, provider_config_key, connection_id, name].join('\t'),
    )
    await ask('INSERT INTO syncline.bench_schedule FORMAT TabSeparated', Buffer.from(`${rows.join('\n')}\n`))
    const begin = Date.now() - DAYS_OF_YEAR * DAY_MS
    for (let day = 0; day < DAYS_OF_YEAR; day += DAYS) {
      const days = Math.min(DAYS, DAYS_OF_YEAR - day)
      const slots = Math.floor((days * DAY_MS) / everyMs)
      const from = begin + day * DAY_MS
      await ask(
        runs({
          environment,
          schedules: schedules.length,
          everyMs,
          from,
          slots,
          version: 1 + Math.floor(day / 30),
        }),
      )
      if (day % 50 === 0) progress(`runs of day ${day} of ${DAYS_OF_YEAR}`)
    }
    await ask('DROP TABLE syncline.bench_schedule')
    await sumsOf(ask, environment, progress)
    return Number(await ask(`SELECT count() FROM syncline.run_fact WHERE environment = '${environment}'`))
  } finally {
    await pool.close()
  }
}

interface Part {
  environment: string
  schedules: number
  everyMs: number
  from: number
  slots: number
  version: number
}

const runs = ({ environment, schedules, everyMs, from, slots, version }: Part) => `
  INSERT INTO syncline.run_fact (environment, finished_at, run_id, schedule, integration, connection, sync, variant, cause, outcome,
    requested_at, started_at, attempts, version, error, message, fingerprint, added, updated, deleted, result)
  SELECT '${environment}', requested + wait + duration, concat(schedule, '-', toString(intDiv(requested, 100))), schedule, integration,
    connection, sync, 'base', 'schedule', outcome, requested, if(outcome = 'cancelled', 0, requested + wait), 1, '${version}',
    if(fails, concat('GET https://api.example.com/v1/items/', toString(h % 100000), ' answered ', kind), ''),
    if(fails, concat('GET https://api.example.com/v1/items/… answered ', kind), '') AS message,
    if(fails, sipHash64(integration, sync, message, outcome), 0), added, updated, deleted,
    if(fails, '{}', concat('{"Thing":{"added":', toString(added), ',"updated":', toString(updated), ',"deleted":', toString(deleted), '}}'))
  FROM (
    SELECT number % ${schedules} AS n, cityHash64(number, ${from}) AS h, intDiv(h, 13) % 1000 AS luck, luck < 20 AS fails,
      toInt64(${from} + intDiv(number, ${schedules}) * ${everyMs} + intDiv(n * ${everyMs}, ${schedules})) AS requested,
      toInt64(20 + (h % 100) * (h % 100) / 10 + if(h % 1000 = 0, 30000, 0)) AS wait,
      toInt64(300 + (intDiv(h, 7) % 1000) * (intDiv(h, 11) % 1000) / 100) AS duration,
      multiIf(luck < 15, 'failed', luck < 18, 'timed_out', luck < 20, 'lost', luck < 22, 'cancelled', 'success') AS outcome,
      concat(toString(500 + toUInt32(pow((intDiv(h, 17) % 1000) / 1000, 3) * 60)), ' with code ', toString(intDiv(h, 17) % 3)) AS kind,
      toUInt32(if(fails, 0, h % 7)) AS added, toUInt32(if(fails, 0, h % 23)) AS updated, toUInt32(if(fails, 0, h % 3)) AS deleted
    FROM numbers(${slots * schedules})) AS run
  INNER JOIN syncline.bench_schedule AS schedules ON schedules.n = run.n
  SETTINGS max_insert_threads = 1`

async function sumsOf(
  ask: (statement: string) => Promise<string>,
  environment: string,
  progress: (text: string) => void,
) {
  const until = Date.now() + 1_200_000
  while (Date.now() < until) {
    const hours = Number(
      await ask(`SELECT uniqExact(hour) FROM syncline.run_hour WHERE environment = '${environment}'`),
    )
    progress(`sums of ${hours} hours`)
    if (hours >= DAYS_OF_YEAR * 24 - 1) return
    await new Promise((resolve) => setTimeout(resolve, 10_000))
  }
  throw new Error('the sums of all hours were not made within 20 minutes')
}
