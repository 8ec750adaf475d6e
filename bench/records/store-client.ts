import { RecordsDefinition } from '@syncline/proto'
import type { Connection } from '@syncline/rpc'

/** The calls of a store, over one connection. */
export type StoreClient = ReturnType<typeof storeClient>

export const storeClient = (connection: Connection) => connection.client(RecordsDefinition)
