import { type OfflineRun, readFixture, runFixture } from '@syncline/fixtures'
import { UsageError } from '../usage-error.ts'
import { openOfflineSandboxes } from './offline-sandboxes.ts'
import { SyncSources } from './sync-sources.ts'

export interface Replay {
  folder: string
  /** `<integration>/<sync>` */
  sync: string
  file: string
  /** Of each kind of change. */
  samples?: number
}

/** Runs a sync of the folder on a fixture: what it would change in what the fixture begins with. Nothing is asked of a server. */
export async function replayFixture({ folder, sync, file, samples }: Replay): Promise<OfflineRun> {
  const [integration = '', name = ''] = sync.split('/', 2)
  const fixture = await readFixture(file)
  if (fixture.integration !== integration || fixture.sync !== name) {
    throw new UsageError(`${file} is of ${fixture.integration}/${fixture.sync}, not of ${sync}`)
  }
  await using sandboxes = await openOfflineSandboxes()
  const source = await new SyncSources(folder, sandboxes.describe).get(integration, name)
  return await runFixture(fixture, source, {
    sandboxes: sandboxes.run,
    ...(samples !== undefined && { samples }),
  })
}
