import { createHash } from 'node:crypto'
import type { Stream } from '@syncline/proto'

/**
 * What a generation of a stream is called in the tables: a UUID made of its identity, so it needs no allocation.
 * Emptying a stream takes the next generation.
 */
export function streamId(stream: Stream, generation: number): string {
  const identity = [stream.environment, stream.connection, stream.model, stream.variant, generation]
  const hex = createHash('sha256').update(JSON.stringify(identity)).digest('hex')
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}

/** The Redis hash with a stream's state. Hash tag = environment: in a Redis cluster an environment lives in one place. */
export function stateKey(prefix: string, stream: Stream): string {
  return `${prefix}:{${stream.environment}}:records:${streamKey(stream)}`
}

/** The sorted set in Redis with the `streamKey` of each stream of an environment that has a deletion that was held back. */
export function heldKey(prefix: string, environment: string): string {
  return `${prefix}:{${environment}}:held-deletions`
}

/** The name of a stream in its environment. */
export function streamKey({ connection, model, variant }: Stream): string {
  return [connection, model, variant].map(encodeURIComponent).join('/')
}

export function streamOfKey(environment: string, key: string): Stream {
  const [connection = '', model = '', variant = ''] = key.split('/').map(decodeURIComponent)
  return { environment, connection, model, variant }
}

/** The Redis hash with ids that were saved again without a change, until they are in their table. */
export function unchangedKey(prefix: string, stream: Stream, generation: number): string {
  return `${stateKey(prefix, stream)}:unchanged:${generation}`
}

/** What the records of a stream look like that a sync has saved. */
export function shapeKey(prefix: string, stream: Stream, sync: string): string {
  return `${stateKey(prefix, stream)}:shape:${encodeURIComponent(sync)}`
}

/** For logs. The connection is an internal id here, which users do not know. */
export function streamName(stream: Stream): string {
  return `${modelName(stream)} of connection ${stream.connection}`
}

/** For messages to users, who know whose records they are about. */
export function modelName({ model, variant }: Stream): string {
  return variant === 'base' ? model : `${model} (variant ${variant})`
}
