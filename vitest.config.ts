import { defineConfig } from 'vitest/config'

const everywhere = { exclude: ['**/node_modules/**', '.toolchain/**', '.syncline/**'] }

const children = ['{libs/sandbox,services/runner}/test/**/*.test.ts']

export default defineConfig({
  test: {
    projects: [
      // Pure parts: beside their source, no server.
      {
        test: {
          ...everywhere,
          name: 'unit',
          include: [
            '{libs,services,sdk,cli}/**/src/**/*.test.ts',
            'sdk/src/**/*.test.ts',
            'cli/src/**/*.test.ts',
          ],
        },
      },
      // One service, or one lib, on real NATS, Redis and ClickHouse.
      {
        test: {
          ...everywhere,
          name: 'integration',
          include: ['{libs,services}/*/test/**/*.test.ts', '{sdk,cli}/test/**/*.test.ts'],
          exclude: [...everywhere.exclude, ...children],
          // Most of them wait: for a server that is away, for a lock that runs out.
          maxWorkers: 2,
          expect: { poll: { timeout: 10_000 } },
          globalSetup: './libs/testkit/src/global-setup.ts',
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      // The same with customers' functions in child processes. What a child may take is measured, so nothing runs beside.
      {
        test: {
          ...everywhere,
          name: 'sandbox',
          include: children,
          fileParallelism: false,
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
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
})
