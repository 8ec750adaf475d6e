import {
  bundleSync,
  describeLimits,
  describeSync,
  openFunctionSandboxes,
  readSyncs,
} from '@syncline/functions'
import type { Syncline } from '@syncline/sdk'

type SyncToDeploy = NonNullable<Parameters<Syncline['deployments']['create']>[0]['syncs']>[number]

interface Options {
  /** The folder has something else to deploy. */
  mayBeEmpty: boolean
  /** Called for what compiles but looks wrong. */
  onWarning: (warning: string) => void
}

type Facts = Awaited<ReturnType<typeof describeSync>>

/** Bundles each sync of a folder and reads what it says about itself. */
export async function prepareSyncs(
  folder: string,
  { mayBeEmpty, onWarning }: Options,
): Promise<SyncToDeploy[]> {
  const files = await readSyncs(folder, { mayBeEmpty })
  if (files.length === 0) return []
  await using sandboxes = await openFunctionSandboxes({ limits: describeLimits })
  const prepared: SyncToDeploy[] = []
  for (const { integration, name, file } of files) {
    const bundle = await bundleSync(file)
    bundle.warnings.forEach(onWarning)
    const facts = await describeSync(bundle.text, `${integration}/${name}`, sandboxes)
    prepared.push({
      provider_config_key: integration,
      name,
      description: facts.description,
      models: facts.models,
      frequency: facts.frequency,
      auto_start: facts.autoStart,
      track_deletes: facts.trackDeletes,
      bundle: bundle.text,
      ...policyOf(facts),
      ...(facts.version !== undefined && { version: facts.version }),
    })
  }
  return prepared
}

/** What the sync does not say is not sent. */
function policyOf({ fresh, jitter, retries, concurrency, overlap, pauseAfterFailures }: Facts) {
  return {
    ...(fresh !== undefined && { fresh }),
    ...(jitter !== undefined && { jitter }),
    ...(retries !== undefined && { retries }),
    ...(concurrency !== undefined && { concurrency }),
    ...(overlap !== undefined && { overlap }),
    ...(pauseAfterFailures !== undefined && { pause_after_failures: pauseAfterFailures }),
  }
}
