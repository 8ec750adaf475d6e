import { bundleFunction, describeFunction, openDescribeSandboxes, readProject } from '@syncline/functions'
import type { CreatePreviewBody } from './create-preview-body.ts'

/** What a preview has to know of a function. */
export type LocalSync = Pick<
  CreatePreviewBody,
  'provider_config_key' | 'sync' | 'bundle' | 'models' | 'track_deletes' | 'validate'
>

/** A sync of a folder, bundled; and where its source is. */
export async function readLocalSync(
  folder: string,
  integration: string,
  name: string,
): Promise<{ sync: LocalSync; file: string }> {
  const { functions } = await readProject(folder)
  const syncs = functions.filter(({ kind }) => kind === 'sync')
  const found = syncs.find((sync) => sync.integration === integration && sync.name === name)
  if (!found) {
    const names = syncs.map((sync) => `${sync.integration}/${sync.name}`)
    throw new Error(
      `the folder ${folder} has no sync '${integration}/${name}'; it has: ${names.join(', ') || 'none'}`,
    )
  }
  const { text, warnings } = await bundleFunction(found)
  for (const warning of warnings) console.error(`warning: ${warning}`)
  await using sandboxes = await openDescribeSandboxes()
  const { models, trackDeletes, validate } = await describeFunction(text, 'sync', sandboxes)
  const sync = {
    ...{ provider_config_key: integration, sync: name, bundle: text, models, track_deletes: trackDeletes },
    ...(validate !== undefined && { validate }),
  }
  return { sync, file: found.file }
}
