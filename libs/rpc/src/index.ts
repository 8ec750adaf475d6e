export type { DeadlineOptions } from 'nice-grpc-client-middleware-deadline'
export { type Connection, connect } from './connect.ts'
export { rendezvous } from './rendezvous.ts'
export { type RpcServer, serve } from './serve.ts'
