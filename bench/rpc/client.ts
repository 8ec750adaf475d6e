import { openClient, type Without } from './parts.ts'
import { RECORDS, saveOf } from './payload.ts'

/** A process that calls a server, some seconds for each figure, and tells its parent what it measured. */

const [address = '', without = 'nothing', seconds = '1'] = process.argv.slice(2)
const measureMs = Number(seconds) * 1000
const client = openClient(address, without as Without)
const stream = { environment: 'bench', connection: 'c', model: 'Issue', variant: 'base' }
const request = saveOf(stream)

process.on('disconnect', () => process.exit())
process.send?.(await figures())

async function figures(): Promise<Record<string, number>> {
  const alone = await repeated(save, 1)
  const eight = await repeated(save, 8)
  const pages = await repeated(page, 1)
  const small = await repeated(count, 8)
  return {
    'save of 1 MB (ms)': alone.ms,
    'processor time of its sender (µs a record)': alone.cpuMicros / RECORDS,
    'saves, eight at once (records/s)': (RECORDS * 1000) / eight.ms,
    'page of 1 MB (ms)': pages.ms,
    'small calls, eight at once (calls/s)': 1000 / small.ms,
  }
}

async function save(): Promise<void> {
  await client.records.save(request)
}

async function page(): Promise<void> {
  for await (const _piece of client.records.listRecords({ stream, limit: RECORDS }));
}

async function count(): Promise<void> {
  await client.records.countRecords({ streams: [stream] })
}

/** Of a call: its share of the time that has passed, and of this process's processor time. */
async function repeated(
  call: () => Promise<void>,
  atOnce: number,
): Promise<{ ms: number; cpuMicros: number }> {
  await during(measureMs / 2, call, atOnce) // code and connection get warm
  const startedAt = performance.now()
  const cpu = process.cpuUsage()
  const calls = await during(measureMs, call, atOnce)
  const { user, system } = process.cpuUsage(cpu)
  return { ms: (performance.now() - startedAt) / calls, cpuMicros: (user + system) / calls }
}

async function during(ms: number, call: () => Promise<void>, atOnce: number): Promise<number> {
  const until = performance.now() + ms
  let calls = 0
  const caller = async () => {
    do {
      await call()
      calls++
    } while (performance.now() < until)
  }
  await Promise.all(Array.from({ length: atOnce }, caller))
  return calls
}
