import { servers } from '@syncline/testkit'

/** The database that others are copied from. */
export const TEMPLATE = 'records_template'

type Table = { name: string; statement: string }

let tables: Promise<Table[]> | undefined

/**
 * Makes a database with the tables of a service that `start` has started on the template: half of the time of these tests went into
 * migrating the same tables for each anew.
 */
export async function copyTables(to: string, start: (at: string) => Promise<AsyncDisposable>): Promise<void> {
  tables ??= start(TEMPLATE).then(async (service) => {
    await service[Symbol.asyncDispose]()
    return tablesOfTemplate()
  })
  await run(`CREATE DATABASE ${to}`)
  for (const { statement } of await tables) await run(statement.replaceAll(`${TEMPLATE}.`, `${to}.`))
  // What the migrations have written.
  for (const table of ['migration', 'applied_setting'])
    await run(`INSERT INTO ${to}.${table} SELECT * FROM ${TEMPLATE}.${table}`)
}

/** Views come after the tables that they read and write. */
async function tablesOfTemplate(): Promise<Table[]> {
  const answer = await run(
    `SELECT name, create_table_query AS statement FROM system.tables WHERE database = '${TEMPLATE}'
      ORDER BY engine = 'MaterializedView', name FORMAT JSON`,
  )
  return JSON.parse(answer).data
}

async function run(statement: string): Promise<string> {
  const answer = await fetch(servers().clickhouse.url, { method: 'POST', body: statement })
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
