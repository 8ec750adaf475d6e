import type { Bus } from '@syncline/bus'

/**
 * Removes one message of a stream, by its sequence; false = it was gone already. A purge by subject would do the same,
 * but makes NATS 2.9 skip other messages for a watcher that is cut off at that moment.
 */
export async function removeMessage(
  manager: Bus['manager'],
  stream: string,
  sequence: number,
): Promise<boolean> {
  try {
    return await manager.streams.deleteMessage(stream, sequence, false)
  } catch (error) {
    if ((await manager.streams.getMessage(stream, { seq: sequence })) === null) return false
    throw error
  }
}
