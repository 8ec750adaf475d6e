import type { Duplex } from 'node:stream'
import type { ByteShare } from './byte-budget.ts'
import { encodeFrame, FrameReader, ProtocolViolation, partsOfFrame } from './frames.ts'
import { jsonFault } from './json-fault.ts'
import type { Limits } from './limits.ts'
import { FromChild, type ToChild } from './messages.ts'
import { COPIES_OF_FRAME, type ParentBudget } from './parent-budget.ts'
import type { TimeShare } from './time-budget.ts'

type Hold = 'unread' | 'pace' | 'budget' | 'paused'

export interface ChildChannelOptions {
  stream: Duplex
  limits: Limits
  budget: ParentBudget
  /** @returns Whether the message goes on holding what it holds of the budget. */
  onMessage: (message: FromChild, frame: ReceivedFrame) => boolean
  onViolation: (message: string) => void
  /** The run has sent more than it may. */
  onFlood: () => void
}

export interface ReceivedFrame {
  length: number
  /** Of the budget. */
  heldBytes: number
  /** Bytes beside the message: part of the frame, which stays in memory as long as they do. */
  text: Buffer | undefined
}

/**
 * What a child says, as far as this process has memory and time for it. While a child is over its part of either, or has a
 * reason of its own to wait, it is not read. Each byte is treated as hostile.
 */
export class ChildChannel {
  readonly #options: ChildChannelOptions
  readonly #frames: FrameReader
  readonly #share: ByteShare
  /** Of the run; an idle child takes none of our time. */
  #time: TimeShare | undefined
  #receivedBytes = 0
  /** What the frame that arrives has taken from the budget; 0 = it may not arrive yet. */
  #admittedBytes = 0
  /** Why nothing is read. */
  readonly #holds = new Set<Hold>()
  #wasHeld = false
  #isClosed = false

  constructor(options: ChildChannelOptions) {
    this.#options = options
    this.#frames = new FrameReader(options.limits.frameBytes)
    this.#share = options.budget.frames.share()
    options.stream.on('data', (chunk: Buffer) => this.#read(chunk))
  }

  get share(): ByteShare {
    return this.#share
  }

  /** It has said something that was not read. */
  get hasUnread(): boolean {
    return this.#options.stream.readableLength > 0
  }

  send(message: ToChild, attached: Uint8Array[] = []): void {
    const { stream } = this.#options
    stream.cork()
    stream.write(encodeFrame(JSON.stringify(message)))
    for (const part of attached) stream.write(part)
    stream.uncork()
  }

  /** From here on what the child says counts for a new run. */
  beginRun(): void {
    const { budget, limits } = this.#options
    this.#receivedBytes = 0
    this.#time?.[Symbol.dispose]()
    this.#time = budget.time.share(limits.parentShare)
  }

  endRun(): void {
    this.#time?.[Symbol.dispose]()
    this.#time = undefined
    this.release('pace')
    this.release('paused')
  }

  hold(why: Hold): void {
    this.#holds.add(why)
    this.#wasHeld = true
    this.#options.stream.pause()
  }

  release(why: Hold): void {
    if (this.#holds.delete(why) && this.#holds.size === 0) this.#options.stream.resume()
  }

  /** Whether it was read all the time since the last call of this. */
  wasReadThroughout(): boolean {
    const wasRead = !this.#wasHeld
    this.#wasHeld = this.#holds.size > 0
    return wasRead && !this.#wasHeld
  }

  /** Our time is everybody's: a child that floods us, or sends what takes long to read, slows down itself only. */
  spend(ms: number): void {
    this.#time?.spend(ms)
    if (this.#time?.isOverdrawn) this.hold('pace')
  }

  earn(ms: number): void {
    this.#time?.earn(ms)
    if (!this.#time?.isOverdrawn) this.release('pace')
  }

  close(reason: Error): void {
    this.#isClosed = true
    this.#options.stream.destroy()
    this.#share.close(reason)
    this.#dropFrame()
    this.#time?.[Symbol.dispose]()
  }

  #read(chunk: Buffer): void {
    this.#receivedBytes += chunk.length
    if (this.#receivedBytes > this.#options.limits.receivedBytes) this.#options.onFlood()
    this.#frames.push(chunk)
    this.#takeFrames()
  }

  #takeFrames(): void {
    const started = performance.now()
    try {
      while (!this.#isClosed && this.#admit()) {
        const frame = this.#frames.take()
        if (frame === undefined) break
        const bytes = this.#admittedBytes
        this.#admittedBytes = 0
        let isKept = false
        try {
          const { json, text } = partsOfFrame(frame)
          const message = this.#parse(json)
          isKept = this.#options.onMessage(message, { length: frame.length, heldBytes: bytes, text })
        } finally {
          if (!isKept) this.#share.give(bytes)
        }
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error
      this.#options.onViolation(error.message)
    }
    this.spend(performance.now() - started)
  }

  /** A frame is taken from the channel only when the budget has room for it. Until then its child waits. */
  #admit(): boolean {
    if (this.#admittedBytes > 0) return true
    const size = this.#frames.announced()
    if (size === undefined || this.#holds.has('budget')) return false
    const bytes = Math.max(1, COPIES_OF_FRAME * size)
    if (this.#share.tryTake(bytes)) {
      this.#admittedBytes = bytes
      return true
    }
    this.hold('budget')
    this.#share.take(bytes).then(
      () => {
        this.#admittedBytes = bytes
        this.release('budget')
        if (this.#isClosed) this.#dropFrame()
        else this.#takeFrames()
      },
      () => {}, // the child has ended
    )
    return false
  }

  #dropFrame(): void {
    this.#share.give(this.#admittedBytes)
    this.#admittedBytes = 0
  }

  #parse(json: Buffer): FromChild {
    const fault = jsonFault(json, this.#options.limits)
    if (fault !== undefined) throw new ProtocolViolation(`it sent a message with ${fault}`)
    try {
      return FromChild.parse(JSON.parse(json.toString('utf8')))
    } catch {
      throw new ProtocolViolation('it sent bytes that are no message')
    }
  }
}
