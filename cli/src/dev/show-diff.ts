import type { Syncline } from '@syncline/sdk'
import { readLocalSync } from '../preview/local-sync.ts'
import { previewText } from '../preview/preview-text.ts'
import type { SyncOnConnection } from './dev-event.ts'

const PREVIEW_MS = 16 * 60_000

/** Runs a sync without any effect, and prints what it would change. One that nobody waits for any more is cancelled. */
export async function showDiff(
  client: Syncline,
  folder: string,
  { integration, sync, connection }: SyncOnConnection,
  signal: AbortSignal,
): Promise<void> {
  const { sync: body } = await readLocalSync(folder, integration, sync)
  const { id } = await client.previews.create({ ...body, connection_id: connection }, { signal })
  try {
    const result = await client.previews.wait(id, { deadlineMs: PREVIEW_MS, signal })
    console.log(`${integration}/${sync} on '${connection}' would do this:\n${previewText(result)}`)
  } catch (error) {
    await client.previews.cancel(id, { signal: AbortSignal.timeout(10_000) }).catch(() => {})
    throw error
  }
}
