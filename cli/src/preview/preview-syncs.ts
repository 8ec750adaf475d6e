import type { PreviewResult, Syncline } from '@syncline/sdk'
import type { LocalSync } from './local-sync.ts'
import { previewText } from './preview-text.ts'
import { runPreview } from './run-preview.ts'

/** What a sync would change on a connection, or why that is not known. */
export type PreviewedSync = { sync: string } & ({ result: PreviewResult } | { error: string })

/** Previews of several syncs, one after the other: all of them have the same connection, and its API has limits. */
export async function previewSyncs(
  client: Syncline,
  connectionId: string,
  syncs: LocalSync[],
  onPreviewed: (previewed: PreviewedSync) => void = () => {},
): Promise<PreviewedSync[]> {
  const all: PreviewedSync[] = []
  for (const sync of syncs) {
    const name = `${sync.provider_config_key}/${sync.sync}`
    const previewed = await runPreview(client, { ...sync, connection_id: connectionId }).then(
      ({ result }) => ({ sync: name, result }),
      (error: Error) => ({ sync: name, error: error.message }),
    )
    onPreviewed(previewed)
    all.push(previewed)
  }
  return all
}

/** For people. */
export function previewedText(previewed: PreviewedSync): string {
  const text =
    'result' in previewed ? previewText(previewed.result) : `There is no preview: ${previewed.error}`
  return `${previewed.sync}\n${text.replaceAll(/^(?=.)/gm, '  ')}`
}
