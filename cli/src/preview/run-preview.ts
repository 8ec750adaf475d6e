import type { PreviewProgress, PreviewResult, Syncline } from '@syncline/sdk'
import type { CreatePreviewBody } from './create-preview-body.ts'

/** Longer than a preview may wait for a runner and then take. */
const DEADLINE_MS = 16 * 60_000

/**
 * Runs a preview to its end. The first Ctrl-C stops it, and what it has found so far is its result; the second one ends this process.
 */
export async function runPreview(
  client: Syncline,
  body: CreatePreviewBody,
): Promise<{ id: string; result: PreviewResult }> {
  const { id } = await client.previews.create(body)
  const stop = () => {
    console.error('stopping the preview')
    client.previews.cancel(id).catch((error: Error) => console.error(`warning: ${error.message}`))
  }
  process.once('SIGINT', stop)
  const line = progressLine()
  try {
    const result = await client.previews.wait(id, { deadlineMs: DEADLINE_MS, onProgress: line.show })
    return { id, result }
  } finally {
    line.clear()
    process.off('SIGINT', stop)
  }
}

/** One line that is written over, for people who look at it. */
function progressLine() {
  const { stderr } = process
  return {
    show({ saved, deleted, requests }: PreviewProgress) {
      if (stderr.isTTY) stderr.write(`\r\x1b[K${requests} requests, ${saved} saved, ${deleted} deleted`)
    },
    clear() {
      if (stderr.isTTY) stderr.write('\r\x1b[K')
    },
  }
}
