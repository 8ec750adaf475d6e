import type { Pool } from 'undici'

/** Over HTTP as the service asks, with no client between; `rows` in the format that the statement names. */
export async function askClickHouse(pool: Pool, statement: string, rows?: Buffer): Promise<string> {
  const { statusCode, body } = await pool.request({
    method: 'POST',
    path: '/',
    ...(rows ? { query: { query: statement }, body: rows } : { body: statement }),
  })
  const answer = await body.text()
  if (statusCode !== 200) throw new Error(`ClickHouse answers ${statusCode}: ${answer}`)
  return answer.trim()
}
