import { Select } from '@mantine/core'
import { useState } from 'react'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Badge } from '../parts/badge.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { LongText } from '../parts/json-text.tsx'
import { durationText } from '../parts/time-text.ts'
import { verifyLine } from './lines.ts'
import styles from './settings.module.css'

const OFFERED_MAX = 50

/** Makes the verify request of an integration with a connection: does it work? */
export function Verify({ integration, connection }: { integration: string; connection?: string }) {
  const [chosen, setChosen] = useState(connection ?? null)
  const [search, setSearch] = useState('')
  const connections = useApi(
    'GET /connections',
    { query: { integrationId: integration, limit: OFFERED_MAX, ...(search && { search }) } },
    { poll: false, enabled: connection === undefined, keep: true },
  )
  const verify = useAction('POST /providers/verify')
  const names = connections.data?.connections.map(({ connection_id }) => connection_id) ?? []
  const which = chosen ?? names[0]
  const { data } = verify
  return (
    <div className={styles.verify}>
      <div className={styles.verifyRow}>
        {connection === undefined && (
          <Select
            aria-label="Connection to verify with"
            placeholder={names.length === 0 ? 'no connection yet' : 'connection'}
            data={which && !names.includes(which) ? [which, ...names] : names}
            value={which ?? null}
            searchable
            onSearchChange={(text) => setSearch(text === which ? '' : text)}
            onChange={setChosen}
          />
        )}
        <ActionButton
          scope="operate"
          loading={verify.isPending}
          disabled={which === undefined}
          onClick={() =>
            which !== undefined &&
            verify.mutate({ body: { provider_config_key: integration, connection_id: which } })
          }
        >
          {connection === undefined ? 'Verify on this connection' : 'Verify'}
        </ActionButton>
        {data && (
          <>
            <Badge tone={data.ok ? 'good' : 'bad'}>{data.ok ? 'works' : 'does not work'}</Badge>
            <span className={styles.quiet}>
              {data.request}: {data.status ?? 'no answer'} in {durationText(data.ms)}
            </span>
          </>
        )}
      </div>
      {data?.reason && <p className={styles.reason}>{data.reason}</p>}
      {data?.body && <LongText text={data.body} label="Answer of the API" maxChars={600} />}
      {verify.error && <ErrorBox error={verify.error} />}
      {which !== undefined && <CliLine words={verifyLine(integration, which)} />}
    </div>
  )
}
