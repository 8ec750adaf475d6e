import { expect, test } from 'vitest'
import { defaultLimits } from './limits.ts'
import { outcomeOfError, outcomeOfExit } from './outcome.ts'

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
  expect(outcomeOfExit(exit, defaultLimits, 50)).toMatchObject({ kind })
})

test('the message names the limit', () => {
  const exit = { code: 134, signal: null, stderr: 'FATAL ERROR: JavaScript heap out of memory' }
  expect(outcomeOfExit(exit, { ...defaultLimits, heapMb: 99 }, 50)).toMatchObject({
    message: expect.stringContaining('99 MB'),
  })
})

test('native code that dies near the limit of memory died of that', () => {
  const exit = { code: null, signal: 'SIGSEGV', stderr: '' } as const
  expect(outcomeOfExit(exit, { ...defaultLimits, memoryMb: 100 }, 90)).toMatchObject({
    kind: 'out_of_memory',
    message: expect.stringMatching(/100 MB.*SIGSEGV/),
  })
})

test.each([
  ['RangeError', 'Array buffer allocation failed', 'out_of_memory'],
  ['RangeError', 'Failed to allocate memory', 'out_of_memory'],
  ['RangeError', 'WebAssembly.Memory(): could not allocate memory', 'out_of_memory'],
  ['DataCloneError', 'Data cannot be cloned, out of memory.', 'out_of_memory'],
  ['RangeError', 'Invalid array length', 'failed'],
  ['Error', 'the API said: out of memory', 'failed'],
])('%s: %s is %s', (name, message, kind) => {
  expect(outcomeOfError({ name, message }, defaultLimits)).toMatchObject({ kind })
})
