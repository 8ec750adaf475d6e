import { availableParallelism } from 'node:os'
import { AppError } from '@syncline/errors'
import {
  type ActionFacts,
  type Bundled,
  bundleFunctions,
  type Described,
  describeFunctions,
  type FunctionFile,
  type OnEventFacts,
  openDescribeSandboxes,
  readProject,
  type SyncFacts,
} from '@syncline/functions'
import type { Syncline } from '@syncline/sdk'
import pLimit from 'p-limit'
import { BundleFiles } from './deploy/bundle-files.ts'

type Deployment = Parameters<Syncline['deployments']['create']>[0]
type SyncToDeploy = NonNullable<Deployment['syncs']>[number]
type ActionToDeploy = NonNullable<Deployment['actions']>[number]

interface Options {
  /** The folder has something else to deploy. */
  mayBeEmpty: boolean
  /** Called for what compiles but looks wrong. */
  onWarning: (warning: string) => void
  /** Called after each function. */
  onPrepared?: (prepared: number, of: number) => void
}

/** What can't be deployed, and why. Without a name: something of the folder as a whole. */
export interface Refused {
  provider_config_key: string
  name: string
  message: string
}

export interface Prepared extends AsyncDisposable {
  /** They name their bundles by hash: see `bundles`. */
  syncs: SyncToDeploy[]
  actions: ActionToDeploy[]
  bundles: BundleFiles
  refused: Refused[]
  /** What else looks like a function, and why it cannot be deployed. */
  notDeployed: { name: string; reason: string }[]
}

/** Groups of functions that are prepared at the same time, and the functions of a group: they are bundled and described together. */
const AT_ONCE = availableParallelism() + 1
const TOGETHER = 16

/**
 * Bundles each sync and action of a folder and reads what it says about itself, several at a time. One that is broken keeps none of the
 * others. The caller disposes what it gets, with its bundles.
 */
export async function prepareFunctions(
  folder: string,
  { mayBeEmpty, onWarning, onPrepared = () => {} }: Options,
): Promise<Prepared> {
  const { functions, refused, notDeployed, warnings } = await readProject(folder, { mayBeEmpty })
  warnings.forEach(onWarning)
  await using open = new AsyncDisposableStack()
  const bundles = open.use(await BundleFiles.open())
  const prepared = {
    syncs: [] as SyncToDeploy[],
    actions: [] as ActionToDeploy[],
    refused: refused.map((message) => ({ provider_config_key: '', name: '', message })),
  }
  if (functions.length > 0) {
    await using sandboxes = await openDescribeSandboxes()
    let count = 0
    const onBundled = () => onPrepared(++count, functions.length)
    const groups = Array.from({ length: Math.ceil(functions.length / TOGETHER) }, (_, n) =>
      functions.slice(n * TOGETHER, (n + 1) * TOGETHER),
    )
    const all = await pLimit(AT_ONCE).map(groups, (group) =>
      prepareGroup(group, { sandboxes, bundles, onWarning, onBundled }),
    )
    for (const { sync, action, refusal } of all.flat()) {
      if (sync) prepared.syncs.push(sync)
      if (action) prepared.actions.push(action)
      if (refusal) prepared.refused.push(refusal)
    }
  }
  const owned = open.move()
  return { ...prepared, notDeployed, bundles, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

interface Deps {
  sandboxes: Awaited<ReturnType<typeof openDescribeSandboxes>>
  bundles: BundleFiles
  onWarning: (warning: string) => void
  onBundled: () => void
}

interface PreparedFunction {
  sync?: SyncToDeploy
  action?: ActionToDeploy
  refusal?: Refused
}

async function prepareGroup(
  sources: FunctionFile[],
  { sandboxes, bundles, onWarning, onBundled }: Deps,
): Promise<PreparedFunction[]> {
  const prepared: PreparedFunction[] = []
  const bundled: { source: FunctionFile; text: string }[] = []
  const all = await bundleFunctions(sources)
  for (const [index, source] of sources.entries()) {
    const found = all[index] as Bundled // one for each
    if (found.status === 'fulfilled') {
      found.value.warnings.forEach(onWarning)
      bundled.push({ source, text: found.value.text })
    } else prepared.push({ refusal: refusal(source, found.reason) })
    onBundled()
  }
  const functions = bundled.map(({ source: { kind }, text: bundle }) => ({ kind, bundle }))
  const described = await describeFunctions(functions, sandboxes)
  for (const [index, { source, text }] of bundled.entries()) {
    const found = described[index] as Described // one for each
    prepared.push(
      found.status === 'fulfilled'
        ? toDeploy(source, found.value, await bundles.put(text))
        : { refusal: refusal(source, found.reason) },
    )
  }
  return prepared
}

function refusal({ integration, name }: FunctionFile, error: unknown): Refused {
  if (!(error instanceof AppError) || error.code !== 'invalid_bundle') throw error
  return { provider_config_key: integration, name, message: error.message }
}

function toDeploy(
  { integration, name }: FunctionFile,
  facts: SyncFacts | ActionFacts | OnEventFacts,
  bundle_hash: string,
): PreparedFunction {
  const common = {
    provider_config_key: integration,
    name,
    description: facts.description,
    bundle_hash,
    ...(facts.version !== undefined && { version: facts.version }),
  }
  if (facts.type === 'sync') return { sync: { ...common, ...syncFields(facts) } }
  if (facts.type === 'action') return { action: { ...common, ...actionFields(facts) } }
  return { action: { ...common, event: facts.event, input_schema: {}, output_schema: {} } }
}

function actionFields({ inputSchema, outputSchema, scopes }: ActionFacts) {
  return { input_schema: inputSchema, output_schema: outputSchema, scopes }
}

/** What the sync does not say is not sent. */
function syncFields({ models, modelSchemas, frequency, autoStart, trackDeletes, ...policy }: SyncFacts) {
  const { fresh, jitter, retries, concurrency, overlap, pauseAfterFailures, validate } = policy
  return {
    models,
    ...(Object.keys(modelSchemas).length > 0 && { model_schemas: modelSchemas }),
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
