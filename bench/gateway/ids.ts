// 100 records by their ids, spread over the stream, over gRPC and over REST. No id is asked for twice, so no payload comes
// from a cache; the instance that answers has saved the records, so it has their heads in memory.
import { RecordsDefinition } from '@syncline/proto'
import { wholePage } from '@syncline/record'
import { connect } from '@syncline/rpc'
import { request } from 'undici'
import type { Figure, Options } from '../part.ts'
import { quantile } from '../quantile.ts'
import { idOf } from '../records/payload.ts'
import { openBenchSystem } from '../scheduler/system.ts'
import { fillStream, MODEL } from './stream.ts'

const IDS = 100
/** Not a divisor of the number of records: other ids each time. */
const STEP = 977

export async function run({ smoke, progress }: Options): Promise<Figure[]> {
  const [records, requests] = smoke ? [5000, 5] : [100_000, 200]
  await using bench = await openBenchSystem()
  const { client, key } = await bench.environmentWithKey('bench')
  progress(`${records} records`)
  const { stream, headers, records: address } = await fillStream(bench, 'bench', client, key, records)
  using connection = connect(address)
  const store = connection.client(RecordsDefinition)
  let at = 0
  const ids = () => Array.from({ length: IDS }, () => idOf((STEP * at++) % records))
  const grpc = await times(requests, async () => {
    const { records } = await wholePage(store.listRecords({ stream, limit: IDS, ids: ids() }))
    return JSON.parse(records.toString()).length
  })
  const rest = await times(requests, async () => {
    const query = new URLSearchParams([['model', MODEL], ...ids().map((id) => ['ids', id])])
    const { body } = await request(`${bench.system.url}/records?${query}`, { headers })
    const page = (await body.json()) as { records: unknown[] } // by contract
    return page.records.length
  })
  return [figure('gRPC', grpc, 7), figure('REST', rest, undefined)]
}

async function times(requests: number, ask: () => Promise<number>): Promise<number[]> {
  const ms: number[] = []
  for (let n = 0; n < requests; n++) {
    const startedAt = performance.now()
    const found = await ask()
    if (found !== IDS) throw new Error(`${found} of ${IDS} records were found`)
    ms.push(performance.now() - startedAt)
  }
  return ms.slice(Math.floor(requests / 10))
}

function figure(over: string, ms: number[], reach: number | undefined): Figure {
  const [p50, p99] = [quantile(ms, 0.5), quantile(ms, 0.99)]
  return {
    name: `${IDS} ids in one request over ${over}, p50 / p99`,
    value: `${p50.toFixed(1)} / ${p99.toFixed(1)} ms`,
    reach: reach === undefined ? '' : `≤ ${reach} ms`,
    ok: reach === undefined || p50 <= reach,
  }
}
