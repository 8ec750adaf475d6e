import { RecordsDefinition } from '@syncline/proto'
import {
  addStreamKey,
  channelOptions,
  stickyPolicy,
  widenServerWindows,
  withOneWriter,
} from '@syncline/rpc/parts'
import { createChannel, createClientFactory, createServer } from 'nice-grpc'

/** What libs/rpc adds to gRPC to make calls faster. A client or server is built with all of them but one. */
export type Part = 'sticky routing' | 'one-writer codec' | 'server window'
export type Without = Part | 'nothing'

const definition = (without: Without) =>
  without === 'one-writer codec' ? RecordsDefinition : withOneWriter(RecordsDefinition)

/** As `connect` does it, without deadlines and translated errors. */
export function openClient(address: string, without: Without) {
  const isSticky = without !== 'sticky routing'
  const policy = isSticky ? stickyPolicy() : { round_robin: {} }
  const channel = createChannel(`dns:${address}`, undefined, {
    ...channelOptions,
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [policy] }),
    'grpc.max_reconnect_backoff_ms': 1000,
  })
  const clients = isSticky ? createClientFactory().use(addStreamKey) : createClientFactory()
  return {
    records: clients.create(definition(without), channel),
    [Symbol.dispose]: () => channel.close(),
  }
}
export type RecordsClient = ReturnType<typeof openClient>['records']

/** As `serve` does it, without translated errors: a server whose calls do nothing but take and give messages. */
export async function openServer(without: Without, page: Buffer): Promise<number> {
  if (without !== 'server window') widenServerWindows()
  const server = createServer(channelOptions)
  const { save, listRecords, countRecords } = definition(without).methods
  const calls = { ...RecordsDefinition, methods: { save, listRecords, countRecords } }
  server.add(calls, {
    save: async () => ({}),
    countRecords: async () => ({}),
    async *listRecords() {
      yield { records: page, nextCursor: '' }
    },
  })
  return server.listen('127.0.0.1:0')
}
