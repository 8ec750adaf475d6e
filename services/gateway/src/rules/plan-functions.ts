import type { Action, Sync } from '@syncline/catalog'
import { deployedAction, deployedSync, type PlannedAction, type PlannedSync } from './deployed-sync.ts'

export type Kind = 'sync' | 'action'

export interface DeployedFunctions {
  syncs: Sync[]
  actions: Action[]
}

interface ChangeOf<K extends Kind, T> {
  kind: K
  integration: string
  name: string
  change: 'new' | 'changed' | 'unchanged' | 'gone' | 'removed'
  before: T | undefined
  /** Undefined = it is not deployed any more. */
  after: T | undefined
}
export type SyncChange = ChangeOf<'sync', Sync>
export type Change = SyncChange | ChangeOf<'action', Action>

interface Options {
  deployed: DeployedFunctions
  wanted: { syncs: PlannedSync[]; actions: PlannedAction[] }
  /** Identities of functions that are not wanted and still not gone. */
  keep: ReadonlySet<string>
  /** Functions that are gone are removed. */
  prune: boolean
  now: string
}

/** What a deployment does to each function, in the order of their identities. Functions in `keep` are not in it. */
export function planFunctions({ deployed, wanted, ...options }: Options): Change[] {
  const syncs = changes('sync', deployed.syncs, wanted.syncs, deployedSync, options)
  const actions = changes('action', deployed.actions, wanted.actions, deployedAction, options)
  return [...syncs, ...actions].sort((a, b) => (identityOf(a) < identityOf(b) ? -1 : 1))
}

function changes<K extends Kind, T extends Identity, W extends Identity>(
  kind: K,
  deployed: T[],
  wanted: W[],
  deploy: (present: T | undefined, wanted: W, now: string) => T,
  { keep, prune, now }: Omit<Options, 'deployed' | 'wanted'>,
): ChangeOf<K, T>[] {
  const present = new Map(deployed.map((it) => [identityOf(it), it]))
  const found = wanted.map((it): ChangeOf<K, T> => {
    const before = present.get(identityOf(it))
    present.delete(identityOf(it))
    const after = deploy(before, it, now)
    const change = before === undefined ? 'new' : before === after ? 'unchanged' : 'changed'
    return { kind, integration: it.integration, name: it.name, change, before, after }
  })
  const gone = [...present.values()].filter((it) => !keep.has(identityOf(it)))
  return [
    ...found,
    ...gone.map(
      (before): ChangeOf<K, T> => ({
        kind,
        integration: before.integration,
        name: before.name,
        change: prune ? 'removed' : 'gone',
        before,
        after: prune ? undefined : before,
      }),
    ),
  ]
}

interface Identity {
  integration: string
  name: string
}

export const identityOf = ({ integration, name }: Identity) => `${integration}/${name}`
