import { randomUUID } from 'node:crypto'
import { type Bus, publish, subjects } from '@syncline/bus'
import { Command } from '@syncline/proto'

/** Commands of one message. NATS takes messages of 1 MiB. */
const BATCH_MAX = 64
const BATCH_MAX_BYTES = 512 * 1024

interface Waiting {
  command: Command
  bytes: number
  accepted: (sequence: number) => void
  failed: (error: unknown) => void
}

/**
 * Publishes commands. Those of an environment that come while one is published become one message, in their order: the more there
 * are, the less each costs. Each belongs to a request that waits, so requests bound how many there are.
 */
export class CommandBatches {
  readonly #bus: Bus
  /** Begins the subjects of answers: the id of a command follows. */
  readonly #inbox: string
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(bus: Bus, inbox: string) {
    this.#bus = bus
    this.#inbox = inbox
  }

  /** Returns when the command is durable: the number of its message in the stream. */
  publish(command: Command): Promise<number> {
    const { promise, resolve: accepted, reject: failed } = Promise.withResolvers<number>()
    const bytes = Command.encode(command).finish().length
    const queue = this.#waiting.get(command.environment)
    const waiting = { command, bytes, accepted, failed }
    if (queue) {
      queue.push(waiting)
    } else {
      this.#waiting.set(command.environment, [waiting])
      void this.#publishAll(command.environment)
    }
    return promise
  }

  async #publishAll(environment: string): Promise<void> {
    const queue = this.#waiting.get(environment) ?? []
    // Those that came with the same read of the network go together.
    await new Promise<void>((resolve) => setImmediate(resolve))
    while (queue.length > 0) {
      const batch = queue.splice(0, countOf(queue))
      const [first, ...also] = batch.map(({ command }) => command)
      if (first === undefined) break
      try {
        // Not the id of a command: JetStream would drop a message whose first command was sent before, with all that is behind it.
        const options = { id: randomUUID(), replyTo: `${this.#inbox}.${first.id}` }
        const sequence = await publish(
          this.#bus,
          subjects.command,
          [environment],
          { ...first, also },
          options,
        )
        for (const { accepted } of batch) accepted(sequence)
      } catch (error) {
        for (const { failed } of batch) failed(error)
      }
    }
    this.#waiting.delete(environment)
  }
}

/** How many of the first ones are one message; at least one. */
function countOf(queue: Waiting[]): number {
  let [count, bytes] = [0, 0]
  for (const waiting of queue.slice(0, BATCH_MAX)) {
    bytes += waiting.bytes
    if (count > 0 && bytes > BATCH_MAX_BYTES) break
    count++
  }
  return count
}
