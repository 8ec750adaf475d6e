import { Pool } from 'undici'
import { MODEL } from './stream.ts'

const CURSOR = Buffer.from('"next_cursor":')

export interface Followed {
  pages: number
  ms: number[]
}

/** Clients that follow cursors, each on a connection of its own, from the beginning again when they are at the end. */
export async function follow(
  url: string,
  headers: Record<string, string>,
  { clients, limit, pages }: { clients: number; limit: number; pages: number },
): Promise<Followed & { seconds: number }> {
  const pool = new Pool(url, { connections: clients })
  const ms: number[] = []
  const one = async () => {
    let cursor = ''
    for (let n = 0; n < pages; n++) {
      const query = { model: MODEL, limit, ...(cursor !== '' && { cursor }) }
      const startedAt = performance.now()
      const { statusCode, body } = await pool.request({ method: 'GET', path: '/records', query, headers })
      const page = Buffer.from(await body.arrayBuffer())
      if (statusCode !== 200) throw new Error(`status ${statusCode}: ${page.subarray(0, 500)}`)
      ms.push(performance.now() - startedAt)
      cursor = nextCursor(page)
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: clients }, one)).finally(() => pool.destroy())
  return { pages: ms.length, ms, seconds: (performance.now() - startedAt) / 1000 }
}

/** It is at the end of the page. To parse all is what a client does with either. */
function nextCursor(page: Buffer): string {
  const at = page.lastIndexOf(CURSOR)
  const { next_cursor } = JSON.parse(`{${page.subarray(at)}`) as { next_cursor: string | null } // by contract
  return next_cursor ?? ''
}
