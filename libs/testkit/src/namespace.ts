import { randomBytes } from 'node:crypto'

/** A fresh name for what one test owns: a Redis key prefix, a NATS subject or stream, a ClickHouse database. */
export const namespace = () => `t${randomBytes(6).toString('hex')}`
