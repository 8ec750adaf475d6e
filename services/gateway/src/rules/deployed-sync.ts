import { isDeepStrictEqual } from 'node:util'
import type { Action, Sync } from '@syncline/catalog'
import { nextVersion } from './next-version.ts'

type Planned<T extends Deployed> = Omit<T, 'version' | 'deployedAt'> & { version?: string | undefined }
type Deployed = Pick<Sync, 'version' | 'deployedAt' | 'bundle'>

/** A function as it is to be deployed; without a version, that follows from what was deployed before. */
export type PlannedSync = Planned<Sync>
export type PlannedAction = Planned<Action>

/** What is stored; the present one when nothing changes. Only a new bundle counts the version on. */
export function deployedSync(present: Sync | undefined, planned: PlannedSync, now: string): Sync {
  const sync = { ...planned, version: planned.version ?? versionOf(present, planned.bundle), deployedAt: now }
  return unchangedOr(present, sync)
}

export function deployedAction(present: Action | undefined, planned: PlannedAction, now: string): Action {
  const action = {
    ...planned,
    version: planned.version ?? versionOf(present, planned.bundle),
    deployedAt: now,
  }
  return unchangedOr(present, action)
}

function unchangedOr<T extends Deployed>(present: T | undefined, wanted: T): T {
  return present && isDeepStrictEqual({ ...present, deployedAt: wanted.deployedAt }, wanted)
    ? present
    : wanted
}

function versionOf(present: Deployed | undefined, bundle: string): string {
  if (present === undefined) return '1'
  return present.bundle === bundle ? present.version : nextVersion(present.version)
}
