import { setTimeout as sleep } from 'node:timers/promises'
import { RecordsDefinition, type Stream } from '@syncline/proto'
import { readBatch } from '@syncline/record'
import { type RpcServer, serve } from '@syncline/rpc'
import type { ServiceImplementation } from 'nice-grpc'

const MAX_WAIT_MS = 30

const { begin, save, delete: deleteByIds, listRecords } = RecordsDefinition.methods
const SomeOfRecords = { ...RecordsDefinition, methods: { begin, save, delete: deleteByIds, listRecords } }

/**
 * A record store in memory, for one question: when does a commit get its instant? Before it waits for the stream's
 * lock is the flaw of stores that lose changes for readers: a later commit may become visible first, a reader's cursor
 * passes over the earlier instant, and what then appears there is never read.
 */
export function startMemoryStore(stamp: 'before the lock' | 'under the lock'): Promise<RpcServer> {
  const streams = new Map<string, MemoryStream>()
  const open = (stream: Stream | undefined): MemoryStream => {
    const name = JSON.stringify(stream)
    const known = streams.get(name) ?? { versions: new Map(), last: 0, turn: Promise.resolve() }
    streams.set(name, known)
    return known
  }
  const commit = async (stream: MemoryStream, changes: Change[]) => {
    const early = stamp === 'before the lock' ? nextInstant(stream) : undefined
    await sleep(Math.random() * MAX_WAIT_MS) // others hold it
    const turn = stream.turn.then(() => apply(stream, changes, early ?? nextInstant(stream)))
    stream.turn = turn
    await turn
    return {}
  }

  const calls: ServiceImplementation<typeof SomeOfRecords> = {
    begin: async () => ({}),
    save: ({ stream, batch }) =>
      commit(
        open(stream),
        readBatch(batch)
          .records()
          .map(({ id, payload }) => ({ id, payload: payload.toString() })),
      ),
    delete: ({ stream, ids }) =>
      commit(
        open(stream),
        ids.map((id) => ({ id, payload: undefined })),
      ),
    async *listRecords({ stream, cursor, limit }) {
      yield { records: Buffer.from(page(open(stream), cursor, limit)) }
    },
  }
  return serve(
    '127.0.0.1:0',
    (server) => server.add(SomeOfRecords, calls),
    (_path, error) => {
      throw error
    },
  )
}

type Change = { id: string; payload: string | undefined }
type Version = { id: string; payload: string; deleted: boolean; instant: number; position: string }
type MemoryStream = { versions: Map<string, Version>; last: number; turn: Promise<void> }

function nextInstant(stream: MemoryStream): number {
  stream.last = Math.max(Date.now(), stream.last + 1)
  return stream.last
}

function apply({ versions }: MemoryStream, changes: Change[], instant: number): void {
  for (const { id, payload } of changes) {
    const before = versions.get(id)
    const deleted = payload === undefined
    if (deleted ? !before || before.deleted : before?.payload === payload && !before.deleted) continue
    const position = `${new Date(instant).toISOString()} ${id}`
    versions.set(id, { id, payload: payload ?? before?.payload ?? '', deleted, instant, position })
  }
}

function page({ versions }: MemoryStream, cursor: string, limit: number): string {
  const rows = [...versions.values()]
    .filter(({ position }) => position > cursor)
    .sort((a, b) => (a.position < b.position ? -1 : 1))
    .slice(0, limit)
  const records = rows.map(({ payload, deleted, instant, position }) => {
    const at = new Date(instant).toISOString()
    const metadata = { last_modified_at: at, deleted_at: deleted ? at : null, cursor: position }
    return `${payload.slice(0, -1)},"_nango_metadata":${JSON.stringify(metadata)}}`
  })
  return `[${records.join(',')}]`
}
