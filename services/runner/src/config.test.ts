import { expect, test } from 'vitest'
import { Config } from './config.ts'

const parse = (env: NodeJS.ProcessEnv) => Config.parse({ SYNCLINE_KEYRING: 'k', ...env })
const MIB = 1024 * 1024

test('memory for calls in flight grows with the slots, unless it is given', () => {
  expect(parse({}).parentLimits).toMatchObject({ inFlightBytes: 1408 * MIB, runs: 11 })
  expect(parse({ RUNNER_SLOTS: '10' }).parentLimits).toMatchObject({ inFlightBytes: 2176 * MIB, runs: 17 })
  const none = { RUNNER_RESERVED_SLOTS: '0', RUNNER_ACTION_SLOTS: '0', RUNNER_PREVIEW_SLOTS: '0' }
  const one = { RUNNER_SLOTS: '1', ...none }
  expect(parse(one).parentLimits).toMatchObject({ inFlightBytes: 224 * MIB, runs: 1 })
  const given = {
    RUNNER_MAX_INFLIGHT_BYTES: String(500 * MIB),
    RUNNER_MAX_PARKED: '0',
    RUNNER_ACTION_SLOTS: '0',
    RUNNER_PREVIEW_SLOTS: '0',
  }
  expect(parse(given).parentLimits).toMatchObject({ inFlightBytes: 500 * MIB })
})

test('less than the calls of one run may need is refused', () => {
  expect(() => parse({ RUNNER_MAX_INFLIGHT_BYTES: '1000000' })).toThrow(
    '11 slots (RUNNER_SLOTS + RUNNER_RESERVED_SLOTS + RUNNER_ACTION_SLOTS + RUNNER_PREVIEW_SLOTS) and 8 parked runs (RUNNER_MAX_PARKED) need 1241513984 bytes at least',
  )
})

test('what is reused is one of the known policies, and the error names them', () => {
  expect(parse({}).sandbox).toMatchObject({ reuse: 'bundle', reuseLimits: { idle: 8 } })
  expect(parse({ SANDBOX_REUSE: 'never' }).sandbox).toMatchObject({ reuse: 'never' })
  expect(() => parse({ SANDBOX_REUSE: 'tenant' })).toThrow(/bundle.*never/)
})
