import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

// Files that take half a minute and more begin first, in this order, so that nothing waits for them at the end. A clean clone
// has no durations of an earlier run: vitest would begin with the largest files.
const longest = [
  '/services/records/test/shards.test.ts',
  '/services/scheduler/test/many.test.ts',
  '/services/gateway/test/cli.test.ts',
  '/libs/outgoing/test/budget/fair-shares.test.ts',
  '/services/records/test/crash.test.ts',
  '/libs/outgoing/test/tokens.test.ts',
  '/services/runner/test/parking.test.ts',
  '/services/runner/test/actions.test.ts',
  '/services/runner/test/hand-out.test.ts',
  '/services/runner/test/http.test.ts',
  '/e2e/npm-start.test.ts',
  '/e2e/chaos.test.ts',
  '/e2e/crashes.test.ts',
  '/e2e/actions.test.ts',
  '/e2e/cursor-guarantee.test.ts',
  '/e2e/deploy.test.ts',
  '/e2e/storm.test.ts',
  '/e2e/many-items.test.ts',
]

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = longest.findIndex((path) => moduleId.endsWith(path))
      return index === -1 ? longest.length : index
    }
    const sorted = await super.sort(files)
    return sorted.toSorted((a, b) => rank(a) - rank(b))
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
          // They keep nothing from one file to the next, and loading the same modules for each took most of the time.
          isolate: false,
          // They take milliseconds, unless the machine stands still.
          testTimeout: 60_000,
          include: [
            '{libs,services}/*/src/**/*.test.ts',
            '{sdk,cli,launcher,web}/src/**/*.test.ts',
            '{mutants,setup}/*.test.ts',
            'web/src/**/*.test.ts',
            'docs/checks/*.test.ts',
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
          // Each file has names of its own on the servers. What a module keeps, and metrics, are of the process: tests compare with before.
          isolate: false,
          // Most of them wait: for a server that is away, for a lease that expires. So more of them than cores.
          maxWorkers: 5,
          // No promise of what is tested: a machine that has much else to do may take long.
          expect: { poll: { timeout: 60_000 } },
          globalSetup: './libs/testkit/src/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // Child processes. It measures what they take: one file at a time. No server.
      {
        test: {
          ...everywhere,
          name: 'sandbox',
          include: [children.sandbox],
          fileParallelism: false,
          globalSetup: './libs/sandbox/test/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // The runner, with customers' functions in child processes. Half of the time they wait: for an API, for a lease. `npm test`
      // runs them beside the sandbox.
      {
        test: {
          ...everywhere,
          name: 'runner',
          include: [children.runner],
          maxWorkers: 3,
          globalSetup: './libs/testkit/src/global-setup.ts',
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
      // Stories over all four services, as separate processes.
      {
        test: {
          ...everywhere,
          name: 'e2e',
          include: ['e2e/**/*.test.ts'],
          exclude: [...everywhere.exclude, 'e2e/containers/**', 'e2e/packages/**', 'e2e/browser/**'],
          // Each file has a system of its own and waits for it a third of the time.
          maxWorkers: 3,
          testTimeout: 240_000,
          hookTimeout: 180_000,
        },
      },
      // The dashboard in Chromium, on one system that all files share.
      {
        test: {
          ...everywhere,
          name: 'browser',
          include: ['e2e/browser/*.test.ts'],
          maxWorkers: 1,
          // Beside other projects the machine may stall for many seconds.
          expect: { poll: { timeout: 30_000 } },
          globalSetup: './e2e/browser/global-setup.ts',
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // The packages, installed from npm's registry on each Node that they support: pnpm test:packages.
      {
        test: {
          ...everywhere,
          name: 'packages',
          include: ['e2e/packages/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 180_000,
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
