import { headers } from '@nats-io/nats-core'
import { AppError } from '@syncline/errors'
import type { Bus } from './connect.ts'
import type { Subject } from './subjects.ts'

/** A REST call gets its error within 5 s while NATS is away. */
const ACK_TIMEOUT_MS = 4000

/**
 * Durable when it returns its number in the stream. `id` makes it repeatable: JetStream drops a second message with the same id for two
 * minutes. `replyTo` names the subject on which the sender waits for an answer.
 */
export async function publish<T>(
  bus: Bus,
  subject: Subject<T>,
  tokens: (string | number)[],
  message: T,
  options: { id: string; replyTo?: string },
): Promise<number> {
  const meta = headers()
  if (options.replyTo !== undefined) meta.set(REPLY_TO, options.replyTo)
  const name = [bus.prefix, subject.name, ...tokens].join('.')
  try {
    const stored = await bus.jetstream.publish(name, subject.codec.encode(message).finish(), {
      msgID: options.id,
      headers: meta,
      timeout: ACK_TIMEOUT_MS,
    })
    return stored.seq
  } catch (cause) {
    // The name of the subject is for the log: this message reaches customers.
    throw new AppError('unavailable', 'NATS does not take messages at the moment: try again', {
      cause: new Error(`no acknowledgement of a message on '${name}'`, { cause }),
    })
  }
}

export const REPLY_TO = 'Syncline-Reply-To'
