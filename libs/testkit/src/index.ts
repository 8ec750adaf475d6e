export { eventually } from './eventually.ts'
export { freePort } from './free-port.ts'
export { namespace } from './namespace.ts'
export { type Servers, servers } from './servers.ts'
