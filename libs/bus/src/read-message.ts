import { AppError } from '@syncline/errors'
import { type Bus, streamName } from './connect.ts'
import type { Subject } from './subjects.ts'

/** A message that the stream of a subject has at this number; undefined = it has none, or it is of another subject. */
export async function readMessage<T>(
  bus: Bus,
  subject: Subject<T>,
  sequence: number,
): Promise<T | undefined> {
  try {
    const stored = await bus.manager.streams.getMessage(streamName(bus.prefix, subject.stream), {
      seq: sequence,
    })
    if (!stored?.subject.startsWith(`${bus.prefix}.${subject.name}.`)) return undefined
    return subject.codec.decode(stored.data)
  } catch (cause) {
    throw new AppError('unavailable', 'NATS does not answer at the moment: try again', { cause })
  }
}
