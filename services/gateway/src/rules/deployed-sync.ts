import { isDeepStrictEqual } from 'node:util'
import type { Sync } from '@syncline/catalog'
import { nextVersion } from './next-version.ts'

/** A sync as it is to be deployed; without a version, that follows from what was deployed before. */
export type PlannedSync = Omit<Sync, 'version' | 'deployedAt'> & { version?: string | undefined }

/** What is stored; the present one when nothing changes. Only a new bundle counts the version on. */
export function deployedSync(present: Sync | undefined, planned: PlannedSync, now: string): Sync {
  const sync: Sync = {
    ...planned,
    version: planned.version ?? versionOf(present, planned.bundle),
    deployedAt: now,
  }
  return present && isDeepStrictEqual({ ...present, deployedAt: now }, sync) ? present : sync
}

function versionOf(present: Sync | undefined, bundle: string): string {
  if (present === undefined) return '1'
  return present.bundle === bundle ? present.version : nextVersion(present.version)
}
