// What the JSON report of a run of vitest says: how many tests passed, and which failed by what.
import { isAbsolute, relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import type { JsonTestResults } from 'vitest/node'

export type Count = { passed: number; failed: number; skipped: number }
export type TestReport = { count: Count; failures: string[] }

const LINE_MAX = 240
const FAILURES_MAX = 20

/** `text` is undefined if vitest has written no report. */
export function readReport(text: string | undefined, code: number | null, root: string): TestReport {
  const ended = `vitest ended with ${code === null ? 'a signal' : `exit code ${code}`}`
  const failedOtherwise = code === 0 ? [] : [ended]
  if (text === undefined)
    return {
      count: { passed: 0, failed: failedOtherwise.length, skipped: 0 },
      failures: failedOtherwise.map((end) => `${end} and wrote no report`),
    }
  const results = JSON.parse(text) as JsonTestResults // vitest wrote it
  const failures = results.testResults.flatMap((file) => {
    const path = isAbsolute(file.name) ? relative(root, file.name) : file.name
    const failed = file.assertionResults.filter(({ status }) => status === 'failed')
    // A file that does not load, or whose hooks fail, fails without a test that does.
    if (failed.length === 0) return file.status === 'failed' ? [line(path, file.message)] : []
    return failed.map(({ fullName, failureMessages }) =>
      line(`${path} › ${fullName}`, failureMessages?.[0] ?? ''),
    )
  })
  const named = failures.length > 0 ? failures : failedOtherwise
  return {
    count: {
      passed: results.numPassedTests,
      failed: named.length,
      skipped: results.numPendingTests + results.numTodoTests,
    },
    failures: named,
  }
}

/** `what: the first line of its error`. */
export function line(what: string, error: string): string {
  const lines = stripVTControlCharacters(error).split('\n')
  const first = lines.map((text) => text.trim()).find((text) => text !== '')
  const text = first === undefined ? what : `${what}: ${first}`
  return text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)}…` : text
}

/** A list for the end of a log, of which often the end alone is kept. */
export function shortList(failures: string[]): string[] {
  const more = failures.length - FAILURES_MAX
  return more > 0 ? [...failures.slice(0, FAILURES_MAX), `and ${more} more`] : failures
}
