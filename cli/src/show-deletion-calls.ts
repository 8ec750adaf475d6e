import type { DeletionCalls } from '@syncline/sdk'

/** Warns of functions that did not do what they had to do before connections were deleted. */
export function showDeletionCalls(calls: DeletionCalls | null): void {
  if (calls === null || calls.failed + calls.skipped === 0) return
  const { done, failed, skipped, failures } = calls
  console.error(
    `warning: functions before the deletion of connections: ${done} done, ${failed} failed, ${skipped} skipped because their time had passed`,
  )
  for (const { provider_config_key, connection_id, name, error, log_id } of failures) {
    console.error(
      `warning: ${name} for '${connection_id}' of '${provider_config_key}' failed: ${error}. Its log: syncline logs ${log_id}`,
    )
  }
}
