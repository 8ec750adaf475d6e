import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream'
import type { Bus } from './connect.ts'

export interface QueueConsumer {
  stream: string
  subject: string
  durable: string
}

/**
 * What NATS keeps of a queue and what contradicts itself, in words; undefined if nothing does, or if a message was removed a moment ago
 * and the next look says something else.
 *
 * A NATS that was killed may have kept the removal of a message and not its acknowledgement, or the other way round. Then its consumer
 * waits for ever for a message that is not there, and gives no other one; or it has passed over messages that are there. Both end
 * when the consumer is made anew: its messages come again.
 */
export async function contradiction(
  { manager }: Bus,
  { stream, subject, durable }: QueueConsumer,
): Promise<string | undefined> {
  const consumer = await manager.consumers.info(stream, durable).catch(unlessMissing)
  if (!consumer) return undefined
  const { ack_floor, delivered, num_ack_pending } = consumer
  const firstFrom = async (seq: number) => {
    const query = { seq, next_by_subj: subject } // of the protocol; the types of the client lack it
    return (await manager.streams.getMessage(stream, query).catch(unlessMissing))?.seq
  }
  const floor = ack_floor.stream_seq
  if (num_ack_pending > 0) {
    const next = await firstFrom(floor + 1)
    if (next !== undefined && next <= delivered.stream_seq) return undefined
    return `the consumer '${durable}' waits for a message after ${floor} that is not there`
  }
  const first = await firstFrom(1)
  if (first === undefined || first > floor) return undefined
  return `the consumer '${durable}' has passed over message ${first}, which is there`
}

const MISSING: number[] = [JetStreamApiCodes.ConsumerNotFound, JetStreamApiCodes.NoMessageFound]

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof JetStreamApiError) || !MISSING.includes(error.code)) throw error
}
