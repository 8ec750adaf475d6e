import type { DestinationStream } from 'pino'
import sonicBoom from 'sonic-boom'
import { metrics } from './metrics.ts'

// A CommonJS module, whose names Node does not see.
const { SonicBoom } = sonicBoom

/** Lines that wait while nothing can be written: a disk is full, or the reader of a pipe is slow or gone. */
const WAITING_MAX_BYTES = 256 * 1024

const lost = metrics.counter('log_lines_lost_total', 'Lines of the log that could not be written')

/**
 * Where log lines go. While it takes none (ENOSPC, EPIPE, EAGAIN), lines wait and are written before the next one that can
 * be; beyond the bound they are dropped and counted. The process goes on: it serves customers, the log serves us.
 *
 * SonicBoom as pino makes it ends the process when a disk is full, drops everything without a count after a broken pipe,
 * and stops the process for as long as a pipe is full.
 */
export function standardOutput(): DestinationStream {
  const output = new SonicBoom({ fd: 1, sync: true, maxLength: WAITING_MAX_BYTES, retryEAGAIN: () => false })
  output.on('error', () => {})
  output.on('drop', () => lost.inc())
  return output
}

/** Node ends a process whose stdout or stderr fails, for example when it prints a warning onto a full disk. */
export function keepOutputErrors(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => lost.inc())
}
