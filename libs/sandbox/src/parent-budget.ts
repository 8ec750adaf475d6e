import { ByteBudget } from './byte-budget.ts'
import { TimeBudget } from './time-budget.ts'

const MIB = 1024 * 1024
/** The rest is for answers, which are larger. */
const PART_OF_FRAMES = 1 / 4
/** A message is here as bytes, as a text, and as what is made of it. */
export const COPIES_OF_FRAME = 3

export interface ParentLimits {
  /** What calls of all children may hold in the parent's memory at a time: messages that arrive, and answers. */
  inFlightBytes: number
  /** Runs at a time: each has an even part of those bytes, which no other run can take. */
  runs: number
  /** Of one processor, for all children together: from 0 to 1. */
  processorShare: number
}

export const defaultParentLimits: ParentLimits = { inFlightBytes: 512 * MIB, runs: 4, processorShare: 0.75 }

/** What one run needs of `inFlightBytes`, so that its calls get through whatever others do. */
export function leastInFlightBytes({
  frameBytes,
  answerBytes,
}: {
  frameBytes: number
  answerBytes: number
}): number {
  return Math.max(
    (COPIES_OF_FRAME * frameBytes) / PART_OF_FRAMES,
    Math.ceil(answerBytes / (1 - PART_OF_FRAMES)),
  )
}

/**
 * What all children of this process may take of the process itself. A call holds bytes of its message until it is answered,
 * and may wait for bytes of its answer meanwhile; never the other way round: so they can't wait for each other for ever.
 */
export class ParentBudget {
  readonly frames: ByteBudget
  readonly answers: ByteBudget
  readonly time: TimeBudget

  constructor({ inFlightBytes, runs, processorShare }: ParentLimits = defaultParentLimits) {
    this.frames = new ByteBudget({ totalBytes: inFlightBytes * PART_OF_FRAMES, shares: runs })
    this.answers = new ByteBudget({ totalBytes: inFlightBytes * (1 - PART_OF_FRAMES), shares: runs })
    this.time = new TimeBudget(processorShare)
  }
}
