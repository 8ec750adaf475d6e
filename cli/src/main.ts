#!/usr/bin/env -S node --disable-warning=ExperimentalWarning
import { CommanderError } from 'commander'
import { explain } from './explain.ts'
import { program } from './program.ts'
import { UsageError } from './usage-error.ts'

const EXIT_FAILED = 1
const EXIT_USAGE = 2

try {
  await program.parseAsync()
} catch (error) {
  process.exitCode = exitCodeOf(error)
  // Commander has printed its own errors.
  if (!(error instanceof CommanderError)) console.error(`syncline: ${explain(error)}`)
}

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT_USAGE
  return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED
}
