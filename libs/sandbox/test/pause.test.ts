import { setTimeout as sleep } from 'node:timers/promises'
import { eventually } from '@syncline/testkit'
import { expect, test } from 'vitest'
import { defaultLimits } from '../src/limits.ts'
import { startSandbox } from '../src/sandbox.ts'
import { testHarness } from './levels.ts'

const SILENT_MS = 2000

test('a paused child is not read, its silence does not count, and it goes on when it is resumed', async () => {
  const harness = await testHarness()
  using sandbox = await startSandbox(harness, { ...defaultLimits, silentMs: SILENT_MS }, 'basic')
  const [called, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<string>()]
  const said: unknown[] = []
  const outcome = sandbox.run({
    input: `const slow = host.call('slow', null)
            await host.call('say', 'before')
            await new Promise((resolve) => setTimeout(resolve, 300))
            await host.call('say', 'after')
            return await slow`,
    host: {
      slow: () => answer.promise,
      say: async (text) => {
        said.push(text)
        called.resolve()
      },
    },
    onLog: () => {},
  })
  await called.promise
  sandbox.pause()
  expect(sandbox.heldBytes).toBeGreaterThan(0)
  await eventually(() => expect(sandbox.hasUnread).toBe(true))
  await sleep(2 * SILENT_MS)
  expect(said).toEqual(['before'])

  sandbox.resume()
  await eventually(() => expect(said).toEqual(['before', 'after']))
  answer.resolve('end')
  expect(await outcome).toEqual({ kind: 'success', output: 'end' })
})
