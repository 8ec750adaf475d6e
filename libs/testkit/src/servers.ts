import { inject } from 'vitest'

export type Servers = { nats: { url: string }; redis: { url: string }; clickhouse: { url: string } }

declare module 'vitest' {
  interface ProvidedContext {
    servers: Servers
  }
}

/** The real servers that all tests of this run share. Each test keeps to names of its own: see `namespace`. */
export const servers = (): Servers => inject('servers')
