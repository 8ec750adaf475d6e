import { useState } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Badge } from '../parts/badge.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Time } from '../parts/time.tsx'
import styles from './held-deletions.module.css'
import { cliPathOf, type StreamName } from './place.ts'

type HeldDeletion = AnswerOf<'GET /records/held-deletions'>['deletions'][number]

const MAX_SHOWN = 500

/** What was held back on a connection, on an integration, or in the environment. */
function useHeldDeletions(integration: string, connection: string): HeldDeletion[] {
  const query = { provider_config_key: integration, connection_id: connection, limit: MAX_SHOWN }
  return useApi('GET /records/held-deletions', { query }, { keep: true }).data?.deletions ?? []
}

/** In a list of streams that is of the same part of the environment. */
export function HeldBadge({
  stream,
  within,
}: {
  stream: StreamName
  within: { integration: string; connection: string }
}) {
  const held = useHeldDeletions(within.integration, within.connection).find((one) => isOf(one, stream))
  if (!held) return null
  if (held.released) return <Badge tone="info">deletion allowed</Badge>
  return <Badge tone="warn">deletion held back</Badge>
}

/** The last deletion of a stream that was held back, and the button that allows it. */
export function HeldDeletionBox({ stream }: { stream: StreamName }) {
  const environment = useEnvironment()
  const held = useHeldDeletions(stream.integration, stream.connection).find((one) => isOf(one, stream))
  const release = useAction('POST /records/held-deletions/release')
  const [asks, setAsks] = useState(false)
  if (!held) return null
  const { integration, connection, model, variant } = stream
  const records = `${countText(held.unseen)} of ${countText(held.live)} records`
  return (
    <div className={styles.box} role="status" data-released={held.released || undefined}>
      <div className={styles.text}>
        <strong>{held.released ? 'The next complete pass may delete' : 'A deletion was held back'}</strong>{' '}
        <span>
          {records} were not saved again by{' '}
          <PathLink className={styles.link} href={paths.run(environment, held.run_id)}>
            a run
          </PathLink>{' '}
          <Time at={held.at} />.{' '}
          {held.incomplete === null
            ? 'So many may mean that the source answered wrongly: look before you allow it.'
            : `Its pass was not complete (${held.incomplete}); the next complete pass deletes what is gone.`}
        </span>
      </div>
      {held.reason === 'guard' && !held.released && (
        <ActionButton scope="operate" onClick={() => setAsks(true)}>
          Allow this deletion once
        </ActionButton>
      )}
      {asks && (
        <Confirm
          title={`Delete ${records}?`}
          action="Allow this deletion once"
          danger
          cli={['deletions', 'release', cliPathOf(stream), connection]}
          onClose={() => setAsks(false)}
          onConfirm={async () => {
            await release.mutateAsync({
              body: { provider_config_key: integration, connection_id: connection, model, variant },
            })
            notify('Allowed. The next complete pass deletes what it does not save again.')
          }}
        >
          <p className={styles.note}>
            The next complete pass of the sync deletes what it does not save again, past the guard, once.
            Deleted records stay in the stream as deleted, with their history.
          </p>
        </Confirm>
      )}
    </div>
  )
}

function isOf(held: HeldDeletion, { integration, connection, model, variant }: StreamName): boolean {
  return (
    held.provider_config_key === integration &&
    held.connection_id === connection &&
    held.model === model &&
    held.variant === variant
  )
}
