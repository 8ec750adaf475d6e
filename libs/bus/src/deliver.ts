import type { JsMsg } from '@nats-io/jetstream'
import { REPLY_TO } from './publish.ts'
import type { Subject } from './subjects.ts'

/** One message of a durable consumer. */
export interface Delivery<T> {
  message: T
  /** Its number in the stream. */
  sequence: number
  /** 1 for the first time. */
  deliveries: number
  replyTo: string | undefined
}

export interface Consumption<T> {
  subject: Subject<T>
  /** Instances with the same name share the work. */
  durable: string
  ackWaitMs: number
  /** Messages in work at the same time in this process. */
  concurrency: number
  /** Messages of one queue in work at the same time, over all processes. Only one, the default, keeps their order. */
  perQueue?: number
  onError: (error: unknown) => void
  /** How soon a message is found whose announcement was lost; 5 s by default. */
  scanMs?: number
}

/**
 * Must be idempotent: a message comes again when this throws, or when this process dies. `superseded`: it was delivered to another
 * process since, which will answer it.
 */
export type Work<T> = (delivery: Delivery<T>) => Promise<void> | Promise<undefined | 'superseded'>

/**
 * Gives a message to `work` and keeps it alive meanwhile. It is acknowledged when `work` has returned, and comes again
 * after `redeliverMs` when `work` has thrown, which gives false. One that can't be decoded never could be: it is
 * reported and dropped, as it would otherwise come again for ever and hold up those behind it.
 */
export async function deliver<T>(
  message: JsMsg,
  { subject, ackWaitMs, onError }: Consumption<T>,
  work: Work<T>,
  redeliverMs: number,
): Promise<boolean> {
  let content: T
  try {
    content = subject.codec.decode(message.data)
  } catch (cause) {
    onError(new Error(`dropped message ${message.seq} on '${message.subject}': not decodable`, { cause }))
    message.term()
    return true
  }
  const alive = setInterval(() => message.working(), ackWaitMs / 3)
  try {
    const result = await work({
      message: content,
      sequence: message.seq,
      deliveries: message.info.deliveryCount,
      replyTo: message.headers?.get(REPLY_TO) || undefined,
    })
    // NATS would take either answer for one of the process that has the message now.
    if (result !== 'superseded') message.ack()
    return true
  } catch (error) {
    onError(error)
    message.nak(redeliverMs)
    return false
  } finally {
    clearInterval(alive)
  }
}
