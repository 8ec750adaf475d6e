import { RecordsDefinition } from '@syncline/proto'
import { batchOf } from '@syncline/record'
import { connect } from '@syncline/rpc'
import { record } from '../records/payload.ts'

const PER_SAVE = 1000

/** Records a second that the store takes from this process, one call after the other in each of so many streams. */
export async function storeRate(address: string, run: string, streams: number, perStream: number) {
  using connection = connect(address)
  const client = connection.client(RecordsDefinition)
  const targets = await Promise.all(
    Array.from({ length: streams }, async (_, n) => {
      const writer = { runId: run, sync: 'bench', fence: 65_537 }
      const stream = { environment: 'store', connection: `${run}-${n}`, model: 'Thing', variant: 'base' }
      await client.begin({ writer, streams: [stream], empty: true })
      return { stream, writer }
    }),
  )
  // Made before: what is measured is the store.
  const batches = Array.from({ length: perStream / PER_SAVE }, (_, save) =>
    batchOf(Array.from({ length: PER_SAVE }, (_, n) => record(save * PER_SAVE + n, 0))),
  )
  const started = performance.now()
  await Promise.all(
    targets.map(async (target) => {
      for (const batch of batches) await client.save({ ...target, mode: 'SAVE_MODE_REPLACE', batch })
    }),
  )
  return (streams * perStream * 1000) / (performance.now() - started)
}
