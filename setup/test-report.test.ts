import { expect, test } from 'vitest'
import { line, readReport, shortList } from './test-report.ts'

const passed = { status: 'passed', fullName: 'a passes', failureMessages: [] }
const failed = {
  status: 'failed',
  fullName: 'b is fast',
  failureMessages: ['AssertionError: expected 130 to be less than 100\n    at /repo/x.test.ts:3:4'],
}

const report = (testResults: object[], counts = {}) =>
  JSON.stringify({ numPassedTests: 1, numPendingTests: 0, numTodoTests: 0, ...counts, testResults })

test('a test that failed is named with its file and the first line of its error', () => {
  const text = report([{ name: '/repo/x.test.ts', status: 'failed', assertionResults: [passed, failed] }])
  expect(readReport(text, 1, '/repo')).toEqual({
    count: { passed: 1, failed: 1, skipped: 0 },
    failures: ['x.test.ts › b is fast: AssertionError: expected 130 to be less than 100'],
  })
})

test('a file that does not load counts as one that failed, by its message', () => {
  const file = {
    name: '/repo/y.test.ts',
    status: 'failed',
    message: '\u001b[31mno such module\u001b[0m',
    assertionResults: [],
  }
  expect(readReport(report([file]), 1, '/repo')).toEqual({
    count: { passed: 1, failed: 1, skipped: 0 },
    failures: ['y.test.ts: no such module'],
  })
})

test('a run that failed without a test that did, or without a report, counts as one failure', () => {
  expect(readReport(report([], { numPendingTests: 2, numTodoTests: 1 }), 1, '/repo')).toEqual({
    count: { passed: 1, failed: 1, skipped: 3 },
    failures: ['vitest ended with exit code 1'],
  })
  expect(readReport(undefined, null, '/repo')).toEqual({
    count: { passed: 0, failed: 1, skipped: 0 },
    failures: ['vitest ended with a signal and wrote no report'],
  })
})

test('a run in which all passed has no failures', () => {
  const text = report([{ name: '/repo/x.test.ts', status: 'passed', assertionResults: [passed] }])
  expect(readReport(text, 0, '/repo')).toEqual({
    count: { passed: 1, failed: 0, skipped: 0 },
    failures: [],
  })
})

test('lines are short, and so is the list of them', () => {
  expect(line('check', '\n\n  first  \nsecond')).toBe('check: first')
  expect(line('check', '')).toBe('check')
  expect(line('check', 'x'.repeat(1000)).length).toBeLessThan(260)
  expect(shortList(Array(20).fill('one'))).toHaveLength(20)
  expect(shortList(Array(25).fill('one')).slice(19)).toEqual(['one', 'and 5 more'])
})
