import type { Limits } from './limits.ts'
import type { ChildError } from './messages.ts'
import type { Exit } from './spawn-child.ts'

/** How a run in a sandbox ended. Each message names the limit that was met. */
export type Outcome =
  | { kind: 'success'; output: unknown }
  | { kind: 'failed'; error: ChildError }
  | { kind: Ending; message: string }

export type Ending =
  | 'timed_out'
  | 'event_loop_blocked'
  | 'out_of_memory'
  | 'output_limit'
  | 'protocol_violation'
  | 'exited'
  | 'crashed'
  | 'cancelled'

const OUT_OF_MEMORY =
  /FATAL ERROR:.*(heap|memory)|Fatal (process|JavaScript) out of memory|OOM error|bad_alloc/i

/** Of a child that ended by itself, without a result. */
export function outcomeOfExit({ code, signal, stderr }: Exit, limits: Limits): Outcome {
  if (OUT_OF_MEMORY.test(stderr)) {
    return {
      kind: 'out_of_memory',
      message: `out of memory: the function needs more than its heap of ${limits.heapMb} MB`,
    }
  }
  // We did not send it: on Linux that is the kernel, short of memory.
  if (signal === 'SIGKILL') {
    return {
      kind: 'out_of_memory',
      message:
        'out of memory: the function was killed from outside, most likely because the machine has no more',
    }
  }
  if (signal !== null) return { kind: 'crashed', message: `the function's process died of ${signal}` }
  return { kind: 'exited', message: `the function ended its process (code ${code}) instead of returning` }
}
