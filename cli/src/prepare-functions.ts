import { AppError } from '@syncline/errors'
import {
  type ActionFacts,
  bundleFunction,
  describeFunction,
  openDescribeSandboxes,
  readProject,
  type SyncFacts,
} from '@syncline/functions'
import type { Syncline } from '@syncline/sdk'

type Deployment = Parameters<Syncline['deployments']['create']>[0]
type SyncToDeploy = NonNullable<Deployment['syncs']>[number]
type ActionToDeploy = NonNullable<Deployment['actions']>[number]

interface Options {
  /** The folder has something else to deploy. */
  mayBeEmpty: boolean
  /** Called for what compiles but looks wrong. */
  onWarning: (warning: string) => void
}

interface Prepared {
  syncs: SyncToDeploy[]
  actions: ActionToDeploy[]
  /** Functions that can't be deployed, with the reasons. */
  refused: string[]
  /** What else looks like a function, and why it is none that can be deployed. */
  notDeployed: { name: string; reason: string }[]
}

/** Bundles each sync and action of a folder and reads what it says about itself. One that is broken keeps none of the others. */
export async function prepareFunctions(
  folder: string,
  { mayBeEmpty, onWarning }: Options,
): Promise<Prepared> {
  const { functions, refused, notDeployed, warnings } = await readProject(folder, { mayBeEmpty })
  const prepared: Prepared = { syncs: [], actions: [], refused, notDeployed }
  warnings.forEach(onWarning)
  if (functions.length === 0) return prepared
  await using sandboxes = await openDescribeSandboxes()
  for (const source of functions) {
    const { kind, integration, name } = source
    try {
      const bundle = await bundleFunction(source)
      bundle.warnings.forEach(onWarning)
      const facts = await describeFunction(bundle.text, kind, sandboxes)
      const common = {
        provider_config_key: integration,
        name,
        description: facts.description,
        bundle: bundle.text,
        ...(facts.version !== undefined && { version: facts.version }),
      }
      if (facts.type === 'sync') prepared.syncs.push({ ...common, ...syncFields(facts) })
      else prepared.actions.push({ ...common, ...actionFields(facts) })
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'invalid_bundle') throw error
      prepared.refused.push(`${integration}/${name}: ${error.message}`)
    }
  }
  return prepared
}

function actionFields({ inputSchema, outputSchema, scopes }: ActionFacts) {
  return { input_schema: inputSchema, output_schema: outputSchema, scopes }
}

/** What the sync does not say is not sent. */
function syncFields({ models, frequency, autoStart, trackDeletes, ...policy }: SyncFacts) {
  const { fresh, jitter, retries, concurrency, overlap, pauseAfterFailures, validate } = policy
  return {
    models,
    frequency,
    auto_start: autoStart,
    track_deletes: trackDeletes,
    ...(fresh !== undefined && { fresh }),
    ...(jitter !== undefined && { jitter }),
    ...(retries !== undefined && { retries }),
    ...(concurrency !== undefined && { concurrency }),
    ...(overlap !== undefined && { overlap }),
    ...(pauseAfterFailures !== undefined && { pause_after_failures: pauseAfterFailures }),
    ...(validate !== undefined && { validate }),
  }
}
