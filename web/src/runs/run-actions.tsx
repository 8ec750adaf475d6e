import type { ListedRun } from '@syncline/api'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { useOpenPath } from '../parts/path-link.tsx'
import { cancelLine, triggerLine } from './lines.ts'

/** Cancel while it goes on, and run its sync again. */
export function RunActions({ run }: { run: ListedRun }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const [asks, setAsks] = useState<'cancel' | 'trigger'>()
  const cancel = useAction('POST /runs/:id/cancel')
  const trigger = useAction('POST /sync/trigger')
  const close = () => setAsks(undefined)

  const runAgain = async () => {
    const { sync_name: name, variant, provider_config_key, connection_id } = run
    const answer = await trigger.mutateAsync({
      headers: { prefer: 'return=representation' },
      body: { syncs: [{ name, variant }], provider_config_key, connection_id },
    })
    const next = answer && 'runs' in answer ? answer.runs[0]?.id : undefined
    notify(next ? 'It runs again' : 'It will run again as soon as the scheduler answers')
    if (next) openPath(paths.run(environment, next))
  }
  return (
    <>
      {run.state !== 'ended' && (
        <ActionButton scope="operate" onClick={() => setAsks('cancel')}>
          Cancel
        </ActionButton>
      )}
      <ActionButton scope="operate" variant="filled" onClick={() => setAsks('trigger')}>
        Run again
      </ActionButton>
      {asks === 'cancel' && (
        <Confirm
          title="Cancel this run?"
          action="Cancel the run"
          danger
          cli={cancelLine(run.id)}
          onConfirm={async () => {
            await cancel.mutateAsync({ params: { id: run.id } })
            notify('The run is cancelled')
          }}
          onClose={close}
        >
          <p>
            It ends at once. What it has saved stays, and its schedule goes on at its next slot from the last
            checkpoint.
          </p>
        </Confirm>
      )}
      {asks === 'trigger' && (
        <Confirm
          title="Run this sync again?"
          action="Run"
          cli={triggerLine(run)}
          onConfirm={runAgain}
          onClose={close}
        >
          <p>
            {run.state === 'ended'
              ? 'It goes on from its checkpoint, with the code that is deployed now.'
              : 'One more run follows this one, with the code that is deployed then.'}
          </p>
        </Confirm>
      )}
    </>
  )
}
