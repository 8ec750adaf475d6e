import { expect, test } from 'vitest'
import { defaultLimits } from './limits.ts'
import { outcomeOfExit } from './outcome.ts'

test.each([
  [
    'V8 gave up',
    { code: null, signal: 'SIGABRT', stderr: 'FATAL ERROR: Reached heap limit Allocation failed' },
    'out_of_memory',
  ],
  [
    'V8 gave up in a shell',
    { code: 134, signal: null, stderr: 'FATAL ERROR: JavaScript heap out of memory' },
    'out_of_memory',
  ],
  [
    'native code found no memory',
    { code: null, signal: 'SIGABRT', stderr: 'std::bad_alloc' },
    'out_of_memory',
  ],
  ['the kernel killed it', { code: null, signal: 'SIGKILL', stderr: '' }, 'out_of_memory'],
  ['it crashed', { code: null, signal: 'SIGSEGV', stderr: '' }, 'crashed'],
  ['it left with success', { code: 0, signal: null, stderr: '' }, 'exited'],
  ['it left with an error', { code: 3, signal: null, stderr: 'oops' }, 'exited'],
] as const)('%s', (_, exit, kind) => {
  expect(outcomeOfExit(exit, defaultLimits)).toMatchObject({ kind })
})

test('the message names the limit', () => {
  const exit = { code: 134, signal: null, stderr: 'FATAL ERROR: JavaScript heap out of memory' }
  expect(outcomeOfExit(exit, { ...defaultLimits, heapMb: 99 })).toMatchObject({
    message: expect.stringContaining('99 MB'),
  })
})
