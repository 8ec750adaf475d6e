import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Files that take longer than a third of their project begin first, so that nothing waits for them at the end.
const longest = [
  '/services/records/test/shards.test.ts',
  '/e2e/cursor-guarantee.test.ts',
  '/e2e/crashes.test.ts',
  '/e2e/chaos.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const isLongest = ({ moduleId }: TestSpecification) => longest.some((path) => moduleId.endsWith(path))
    const sorted = await super.sort(files)
    return [...sorted.filter(isLongest), ...sorted.filter((file) => !isLongest(file))]
  }
}

const everywhere = { exclude: ['**/node_modules/**', '.toolchain/**', '.syncline/**'] }

const children = { sandbox: 'libs/sandbox/test/**/*.test.ts', runner: 'services/runner/test/**/*.test.ts' }

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      // Tests of pure modules, beside their source: no server.
      {
        test: {
          ...everywhere,
          name: 'unit',
          include: [
            '{libs,services}/*/src/**/*.test.ts',
            '{sdk,cli,launcher}/src/**/*.test.ts',
            '{mutants,setup}/*.test.ts',
          ],
        },
      },
      // One service, or one lib, on real NATS, Redis and ClickHouse.
      {
        test: {
          ...everywhere,
          name: 'integration',
          include: ['{libs,services}/*/test/**/*.test.ts', '{sdk,cli}/test/**/*.test.ts'],
          exclude: [...everywhere.exclude, ...Object.values(children)],
          // Most of them wait: for a server that is away, for a lease that expires. So more of them than cores.
          maxWorkers: 4,
          expect: { poll: { timeout: 10_000 } },
          globalSetup: './libs/testkit/src/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 60_000,
        },
      },
      // Child processes. It measures what they take: one file at a time.
      {
        test: {
          ...everywhere,
          name: 'sandbox',
          include: [children.sandbox],
          fileParallelism: false,
          globalSetup: './libs/testkit/src/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The runner, with customers' functions in child processes. They keep a core busy, and mostly wait.
      {
        test: {
          ...everywhere,
          name: 'runner',
          include: [children.runner],
          maxWorkers: 2,
          globalSetup: './libs/testkit/src/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // Stories over all four services, as separate processes.
      {
        test: {
          ...everywhere,
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: [...everywhere.exclude, 'e2e/containers/**'],
          // Each file has a system of its own and mostly waits for it.
          maxWorkers: 2,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      // The composed system in containers of a Docker on this machine: pnpm test:containers. `npm test` needs no Docker.
      {
        test: {
          ...everywhere,
          name: 'containers',
          include: ['e2e/containers/*.test.ts'],
          // Its reaper is an image of its own; the test removes what it has started.
          env: { TESTCONTAINERS_RYUK_DISABLED: 'true' },
          testTimeout: 600_000,
          hookTimeout: 900_000,
        },
      },
    ],
  },
})
