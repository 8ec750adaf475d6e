import { SeededRandom } from '@syncline/testkit'
import { expect, onTestFailed, test } from 'vitest'
import { causeChaos } from './chaos/chaos.ts'

// The short form of `pnpm chaos`.
test('every slot runs once or has its reason, no runs overlap, none is lost or stuck, commands are applied, and actions run once, whatever process dies or sleeps', async () => {
  const { seed } = new SeededRandom(process.env.CHAOS_SEED)
  const lines: string[] = []
  onTestFailed(() => {
    console.error(
      `to repeat it with the same random numbers: CHAOS_SEED=${seed} (pnpm chaos has a longer form)`,
    )
    console.error(lines.join('\n'))
  })
  const startedAt = performance.now()
  const report = await causeChaos({
    seed,
    seconds: 15,
    schedulers: 2,
    runners: 2,
    slots: 4,
    leaseMs: 5000,
    intervals: [1, 2, 4],
    environments: ['dev', 'prod'],
    connections: 1,
    apiDelayMs: 50,
    pauseMs: 1500,
    suspendMs: 9000,
    downMs: 1500,
    // One hour ahead, and back.
    clockJumps: 2,
    progress: (text) => lines.push(`${((performance.now() - startedAt) / 1000).toFixed(1)} s  ${text}`),
  })
  expect(report.violations).toEqual([])
  expect(report.faults.length).toBeGreaterThan(3)
  // How many there are depends on the machine; that there are some shows that something was proven.
  expect(report.runs).toBeGreaterThan(5)
  expect(report.commands).toBeGreaterThan(5)
  expect(report.actions.output ?? 0).toBeGreaterThan(0)
}, 420_000)
