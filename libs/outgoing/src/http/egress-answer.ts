import type { HttpAnswer } from '@syncline/functions'
import type { HostCall } from '@syncline/sandbox'

const MIB = 1024 * 1024
export const MAX_BODY_BYTES = 50 * MIB
/**
 * What a request holds of the memory for answers grows in steps, as the length of a body is not known before its end. A request that
 * waits for the next step keeps what it has: so the part of one run has room for all of its requests at the step before the
 * last, and for one at the last.
 */
const HOLD_STEPS = [MIB, 4 * MIB, MAX_BODY_BYTES] as const
const BLOCK_BYTES = 64 * 1024

/** Requests of a run at a time. */
export const REQUESTS_AT_ONCE = 6
/** Of one run, for the answers of its requests: with less they could wait for each other. */
export const MIN_ANSWER_BYTES = (REQUESTS_AT_ONCE - 1) * HOLD_STEPS[1] + HOLD_STEPS[2]

/** An API's answer. Its body stays bytes until it is in the child. */
export interface EgressAnswer {
  status: number
  statusText: string
  headers: HttpAnswer['headers']
  /** Of the last request after redirects, without our credentials. */
  url: string
  /** Of that request: a redirect may have changed it. */
  method: string
  blocks: Uint8Array[]
}

export type Hold = HostCall['hold']

/** Before the first byte of an answer. Waits for room. */
export const holdFirst = (hold: Hold, signal: AbortSignal): Promise<void> => hold(HOLD_STEPS[0], signal)

/**
 * Gathers a body in blocks: a server that sends byte by byte would otherwise cost a hundred times what it sends. While there
 * is no room for more of it, nothing is read, so the server waits.
 * @returns Undefined if the body is too large.
 */
export async function gather(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  hold: Hold,
  signal: AbortSignal,
): Promise<Uint8Array[] | undefined> {
  const blocks: Buffer[] = []
  let [size, filled, step] = [0, BLOCK_BYTES, 0]
  for await (const chunk of body) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return undefined
    while (size > (HOLD_STEPS[step] ?? MAX_BODY_BYTES))
      await hold(HOLD_STEPS[++step] ?? MAX_BODY_BYTES, signal)
    for (let at = 0; at < chunk.length; ) {
      if (filled === BLOCK_BYTES) {
        blocks.push(Buffer.allocUnsafeSlow(BLOCK_BYTES))
        filled = 0
      }
      const part = chunk.subarray(at, at + BLOCK_BYTES - filled)
      blocks.at(-1)?.set(part, filled)
      filled += part.length
      at += part.length
    }
  }
  const last = blocks.pop()
  if (last) blocks.push(last.subarray(0, filled))
  await hold(size, signal)
  return blocks
}
