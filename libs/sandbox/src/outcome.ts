import type { Limits } from './limits.ts'
import type { ThrownError } from './messages.ts'
import type { Exit } from './spawn-child.ts'

/** How a run in a sandbox ended. Each message names the limit that was met; `stderr` is the end of what it wrote there. */
export type Outcome =
  | { kind: 'success'; output: unknown }
  | { kind: 'failed'; error: ThrownError }
  | { kind: Ending; message: string; stderr?: string }

export type Ending =
  | 'timed_out'
  | 'cpu_limit'
  | 'event_loop_blocked'
  | 'out_of_memory'
  | 'output_limit'
  | 'protocol_violation'
  | 'exited'
  | 'crashed'
  | 'cancelled'

const OUT_OF_MEMORY =
  /FATAL ERROR:.*(heap|memory)|Fatal (process|JavaScript) out of memory|OOM error|bad_alloc/i
/**
 * Of an allocation outside the heap that the kernel has refused: an error that a function may catch. The names are those
 * of the engine, so that an API's words about its own memory don't count.
 */
const REFUSED_ALLOCATION = {
  names: ['RangeError', 'DataCloneError'],
  message: /array buffer allocation failed|allocate memory|out of memory/i,
}
/** Native code that gets no memory dies in many ways; this near to the limit, that is why. */
const NEAR_LIMIT = 0.75

/** Of a child that ended by itself, without a result; `peakMb` is the most memory that it was seen to use. */
export function outcomeOfExit({ code, signal, stderr }: Exit, limits: Limits, peakMb: number): Outcome {
  const ended = (kind: Ending, message: string): Outcome => ({ kind, message, ...(stderr && { stderr }) })
  if (OUT_OF_MEMORY.test(stderr)) return ended('out_of_memory', outOfMemory(limits))
  // We did not send it: on Linux that is the kernel, short of memory.
  if (signal === 'SIGKILL') {
    return ended(
      'out_of_memory',
      'out of memory: the function was killed from outside, most likely because the machine has no more',
    )
  }
  if (signal !== null && peakMb > NEAR_LIMIT * limits.memoryMb) {
    return ended('out_of_memory', `${outOfMemory(limits)} (it died of ${signal})`)
  }
  if (signal !== null) return ended('crashed', `the function's process died of ${signal}`)
  return ended('exited', `the function ended its process (code ${code}) instead of returning`)
}

/** Of a function that threw. */
export function outcomeOfError(error: ThrownError, limits: Limits): Outcome {
  const { names, message } = REFUSED_ALLOCATION
  const refused = names.includes(error.name) && message.test(error.message)
  return refused ? { kind: 'out_of_memory', message: outOfMemory(limits) } : { kind: 'failed', error }
}

function outOfMemory({ heapMb, memoryMb }: Limits): string {
  return `out of memory: the function needs more than its heap of ${heapMb} MB, or more than ${memoryMb} MB with what lies outside the heap`
}
