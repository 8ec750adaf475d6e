// Mutation testing of pure code: pnpm mutants:pure [-m file,…]. What it reports as survived no test has noticed.
import { fileURLToPath } from 'node:url'

export default {
  plugins: [fileURLToPath(import.meta.resolve('@stryker-mutator/vitest-runner'))],
  testRunner: 'vitest',
  vitest: { configFile: 'mutants/vitest.config.ts' },
  // There is none: Stryker would rewrite it by the API of an older TypeScript, and nothing here is compiled.
  tsconfigFile: 'none',
  mutate: [
    'services/records/src/read/cursor.ts',
    'services/records/src/commit/plan.ts',
    'services/records/src/commit/merge.ts',
    'services/records/src/tables/collapse.ts',
    'libs/frequency/src/parse-frequency.ts',
    'libs/frequency/src/read-frequency.ts',
    'libs/functions/src/runtime/paginate.ts',
    'libs/functions/src/runtime/page-list.ts',
    'libs/functions/src/runtime/by-{cursor,link,offset}.ts',
    'libs/functions/src/runtime/what-follows.ts',
    'libs/functions/src/runtime/link-header.ts',
    'libs/functions/src/runtime/sendable-record.ts',
    'libs/record/src/encode-record.ts',
    'libs/record/src/record-batch.ts',
  ],
  coverageAnalysis: 'perTest',
  concurrency: 2,
  reporters: ['clear-text', 'progress'],
  clearTextReporter: { allowColor: false, reportTests: false, allowEmojis: false },
  tempDirName: '.syncline/stryker',
}
