import { createHash } from 'node:crypto'
import { fillTemplate } from '../template.ts'
import type { Access } from '../tokens/access.ts'

/** What a connection may ask of its API, and with whom it shares that. */
export interface Limit {
  /** Of the budget in Redis. */
  key: string
  /** Whether other connections have the same budget. */
  shared: boolean
  /** 0: nothing is configured, and the budget is what answers of the API have taught. */
  requests: number
  periodMs: number
}

/** Of whose API a request asks. */
export type Asked = Pick<Access, 'integration' | 'settings' | 'connection'>

/** Without a configured budget each connection has one of its own, as most APIs count by account. */
export function limitOf({ integration, settings, connection }: Asked): Limit {
  const { key, requests, per_s } = settings.budget ?? { key: 'connection', requests: 0, per_s: 1 }
  const shared = key !== 'connection'
  const who = sharer(key, connection)
  const name = JSON.stringify([integration.environment, integration.key, shared, who])
  return {
    key: createHash('sha256').update(name).digest('base64url').slice(0, 22),
    shared,
    requests,
    periodMs: per_s * 1000,
  }
}

function sharer(key: string, { uid, connectionConfig }: Access['connection']): string {
  if (key === 'app') return ''
  if (key === 'connection') return uid
  return fillTemplate(key, { connectionConfig })
}
