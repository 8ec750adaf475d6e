export { type Connection, connect } from './connect.ts'
export { type RpcServer, serve } from './serve.ts'
