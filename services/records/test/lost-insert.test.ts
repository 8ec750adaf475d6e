import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { servers } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { startRecords, stream } from './harness.ts'

/** ClickHouse that is killed after it has written down the token of a commit's insert, and before its rows are visible. */
async function losesAnInsert(url: string) {
  let lose = false
  const server = createServer(async (request, response) => {
    const answer = await send(request, url)
    if (lose && decodeURIComponent(request.url ?? '').includes('INSERT INTO record_log')) {
      lose = false
      const database = new URL(request.url ?? '', url).searchParams.get('database')
      // Its token stays.
      await fetch(`${url}/?database=${database}&lightweight_deletes_sync=2`, {
        method: 'POST',
        body: 'DELETE FROM record_log WHERE true',
      })
      request.socket.destroy()
      return
    }
    const code = answer.headers.get('x-clickhouse-exception-code')
    response.writeHead(answer.status, code ? { 'x-clickhouse-exception-code': code } : {})
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const { port } = server.address() as AddressInfo // as it listens on a port
  return {
    url: `http://127.0.0.1:${port}`,
    loseNext() {
      lose = true
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  }
}

async function send(request: IncomingMessage, url: string): Promise<Response> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return fetch(`${url}${request.url}`, { method: 'POST', body: Buffer.concat(chunks) })
}

test('an insert that ClickHouse lost in a crash, though it remembers its token, is made again', async () => {
  await using proxy = await losesAnInsert(servers().clickhouse.url)
  await using store = await startRecords(undefined, { clickhouse: proxy.url })
  const issues = stream(store.records)
  await issues.begin()
  proxy.loseNext()
  expect(await issues.save([{ id: 'a' }, { id: 'b' }])).toMatchObject({ added: 2 })
  expect(await issues.all()).toHaveLength(2)
  expect(await issues.count()).toMatchObject({ live: 2 })
})
