import { AppError } from '@syncline/errors'
import {
  compareExpected,
  type Expected,
  type Fixture,
  FixtureError,
  type OfflineRun,
  readFixture,
  runFixture,
  writeFixture,
} from '@syncline/fixtures'
import type { OfflineSandboxes } from './offline-sandboxes.ts'
import type { SyncSources } from './sync-sources.ts'

/** How a test of one fixture ended. `differences`: what is not as expected; an empty list with `ok: false` does not occur. */
export interface FixtureResult {
  file: string
  sync: string | null
  ok: boolean
  /** The expectation was written again, as it was another. */
  updated: boolean
  differences: string[]
  /** Recorded requests that the function did not make. */
  unused: string[]
  /** Of the run, such as records that do not fit their model. */
  warnings: string[]
  duration_ms: number
}

interface Place {
  integration: string
  file: string
}

export interface TestOptions {
  sources: SyncSources
  sandboxes: OfflineSandboxes
  /** Write what the run has done as what is expected. */
  update: boolean
}

/** Runs the sync of a fixture on it and compares what it has done with what the fixture expects. A broken fixture or sync is a failure, too. */
export async function testFixture(place: Place, options: TestOptions): Promise<FixtureResult> {
  const started = performance.now()
  const result = { file: place.file, sync: null, ok: false, updated: false, unused: [], warnings: [] }
  try {
    return { ...result, ...(await tested(place, options)), duration_ms: performance.now() - started }
  } catch (error) {
    const isOurs =
      error instanceof FixtureError || (error instanceof AppError && error.code === 'invalid_bundle')
    if (!isOurs) throw error
    return { ...result, differences: [error.message], duration_ms: performance.now() - started }
  }
}

async function tested({ integration, file }: Place, { sources, sandboxes, update }: TestOptions) {
  const fixture = await readFixture(file)
  if (fixture.integration !== integration) {
    throw new FixtureError(
      `${file}: integration: it is '${fixture.integration}', in the folder of '${integration}'`,
    )
  }
  const source = await sources.get(integration, fixture.sync)
  const run = await runFixture(fixture, source, { sandboxes: sandboxes.run })
  const differences = differencesOf(fixture, run)
  const expected = { ...run.done, ...(fixture.expected?.volatile && { volatile: fixture.expected.volatile }) }
  // A run with an unanswered request is not a result to expect.
  const updated = update && run.misses.length === 0 && differences.length > 0
  if (updated) await writeFixture(file, { ...fixture, expected })
  const left = updated ? [] : differences
  return {
    ...{ sync: `${integration}/${fixture.sync}`, ok: left.length === 0, updated },
    ...{ differences: left, unused: run.unused, warnings: run.preview.warnings },
  }
}

function differencesOf({ expected }: Fixture, run: OfflineRun): string[] {
  const compared =
    expected === undefined
      ? [
          'the fixture has no `expected`: see what the run does (syncline dryrun --from), then write it (--update)',
        ]
      : compareExpected(expected, run.done)
  const place = run.preview.error?.source
  return [...run.misses, ...compared.map((text) => withPlace(text, run.done, place))]
}

/** A run that failed says where. */
function withPlace(text: string, { error }: Expected, place: string | null | undefined): string {
  return error !== undefined && place ? `${text} (at ${place})` : text
}
