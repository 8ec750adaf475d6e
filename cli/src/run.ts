import { CommanderError } from 'commander'
import { explain } from './explain.ts'
import { program } from './program.ts'
import { UsageError } from './usage-error.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

/** Runs the command line of this process, and gives its exit code. A command may have set another than 0. */
export async function run(): Promise<number | string> {
  try {
    await program.parseAsync()
    return process.exitCode ?? 0
  } catch (error) {
    // Commander has printed its own errors.
    if (!(error instanceof CommanderError)) console.error(`syncline: ${explain(error)}`)
    return exitCodeOf(error)
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED
}
