import { openCatalog } from '@syncline/catalog'
import { RecordsDefinition, type Stream } from '@syncline/proto'
import { batchOf } from '@syncline/record'
import { connect } from '@syncline/rpc'
import type { Syncline } from '@syncline/sdk'
import { record } from '../records/payload.ts'
import type { BenchSystem } from '../scheduler/system.ts'

const SAVE = 1000
const INTEGRATION = 'pages'
export const CONNECTION = 'c0'
export const MODEL = 'Thing'

/** What a request for the records needs. */
export interface Filled {
  stream: Stream
  records: string
  headers: Record<string, string>
}

/** A connection with so many records of 1 KB, saved past its sync. */
export async function fillStream(
  { system, addSync, ...bench }: BenchSystem,
  environment: string,
  client: Syncline,
  key: string,
  count: number,
): Promise<Filled> {
  await addSync(client, { name: INTEGRATION, frequency: 'every day', connections: 1, exec: '' })
  const bus = bench.bus
  await using catalog = await openCatalog(bus, (error) => console.error(error))
  const { uid } = await catalog.connections.get(environment, INTEGRATION, CONNECTION)
  const stream = { environment, connection: uid, model: MODEL, variant: 'base' }
  const address = system.serviceEnv.gateway.RECORDS_ADDRESS ?? ''
  using connection = connect(address)
  const records = connection.client(RecordsDefinition)
  const writer = { runId: 'bench', sync: 'bench', fence: 65_537 }
  await records.begin({ writer, streams: [stream], empty: true })
  for (let from = 0; from < count; from += SAVE) {
    const numbers = Array.from({ length: Math.min(SAVE, count - from) }, (_, i) => from + i)
    const batch = batchOf(numbers.map((number) => record(number, 0)))
    await records.save({ stream, writer, mode: 'SAVE_MODE_REPLACE', batch })
  }
  return {
    stream,
    records: address,
    headers: {
      authorization: `Bearer ${key}`,
      'connection-id': CONNECTION,
      'provider-config-key': INTEGRATION,
    },
  }
}
