import type { Routes, ServerRequest } from '@syncline/api'
import { bundleKey } from '@syncline/catalog'
import { AppError } from '@syncline/errors'
import { type Limits, readFrequency } from '@syncline/frequency'
import { InvalidRequest } from '../http/invalid-request.ts'
import { checkFrequency } from './check-frequency.ts'
import { checkPolicy } from './check-policy.ts'
import type { PlannedAction, PlannedSync } from './deployed-sync.ts'
import { type DeployedFunctions, identityOf, type Kind } from './plan-functions.ts'

type Body = ServerRequest<Routes['planDeployment']>['body']
type SyncToDeploy = Body['syncs'][number]
type ActionToDeploy = Body['actions'][number]

/** A function that can not be deployed, and why. */
export interface Refusal {
  kind: Kind
  integration: string
  name: string
  error: AppError
}

interface At {
  environment: string
  deployed: DeployedFunctions
  hasIntegration(key: string): boolean
  frequency: Limits
}

interface Checked {
  wanted: { syncs: PlannedSync[]; actions: PlannedAction[] }
  refused: Refusal[]
  /** Bundles that the request holds, by their keys. */
  texts: Map<string, string>
}

/** What a request wants to deploy, and what of it can not be. Each function is checked for itself. */
export function checkFunctions({ syncs, actions }: Pick<Body, 'syncs' | 'actions'>, at: At): Checked {
  const checked: Checked = { wanted: { syncs: [], actions: [] }, refused: [], texts: new Map() }
  const names = new Map<string, Kind>()
  /** Syncs and actions of an integration share their names: a name says what is deleted. */
  const take = (
    kind: Kind,
    { provider_config_key: integration, name }: SyncToDeploy | ActionToDeploy,
    index: number,
  ) => {
    if (!at.hasIntegration(integration))
      throw new AppError('unknown_integration', `there is no integration '${integration}'`)
    const identity = identityOf({ integration, name })
    const path = [`${kind}s`, String(index), 'name']
    if (names.has(identity)) throw InvalidRequest.body(path, `'${identity}' is there twice`)
    names.set(identity, kind)
    const other = kind === 'sync' ? 'action' : 'sync'
    if (at.deployed[`${other}s`].some((it) => identityOf(it) === identity))
      throw InvalidRequest.body(
        path,
        `'${identity}' is the name of ${other === 'action' ? 'an action' : 'a sync'}`,
      )
  }
  const bundleOf = ({ bundle, bundle_hash }: SyncToDeploy | ActionToDeploy): string => {
    if (bundle === undefined) return bundle_hash as string // the schema asks for one of them
    const key = bundleKey(bundle)
    checked.texts.set(key, bundle)
    return key
  }
  const each = <T extends SyncToDeploy | ActionToDeploy>(
    kind: Kind,
    all: T[],
    check: (it: T, index: number) => void,
  ) => {
    for (const [index, it] of all.entries()) {
      try {
        take(kind, it, index)
        check(it, index)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        checked.refused.push({ kind, integration: it.provider_config_key, name: it.name, error })
      }
    }
  }
  each('sync', syncs, (sync, index) => {
    checked.wanted.syncs.push(plannedSync(sync, index, at, bundleOf(sync)))
  })
  each('action', actions, (action) => {
    checked.wanted.actions.push(plannedAction(action, at, bundleOf(action)))
  })
  return checked
}

function plannedSync(sync: SyncToDeploy, index: number, at: At, bundle: string): PlannedSync {
  const path = (field: string) => ['syncs', String(index), field]
  const frequency = checkFrequency(sync.frequency, at.frequency, path('frequency'))
  return {
    environment: at.environment,
    integration: sync.provider_config_key,
    name: sync.name,
    description: sync.description,
    version: sync.version,
    models: sync.models,
    ...(sync.model_schemas !== undefined && { modelSchemas: sync.model_schemas }),
    frequency,
    autoStart: sync.auto_start,
    trackDeletes: sync.track_deletes,
    ...(sync.validate && { validate: sync.validate }),
    ...checkPolicy(sync, readFrequency(frequency), path),
    bundle,
  }
}

function plannedAction(action: ActionToDeploy, { environment }: At, bundle: string): PlannedAction {
  return {
    environment,
    integration: action.provider_config_key,
    name: action.name,
    description: action.description,
    version: action.version,
    inputSchema: action.input_schema,
    outputSchema: action.output_schema,
    scopes: action.scopes,
    ...(action.event && { event: action.event }),
    bundle,
  }
}
