import { useMemo } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { usePages } from '../api/use-pages.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { bytesText, countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { ConnectionSelect, useIntegrationChoice } from './choose-connection.tsx'
import { HeldBadge } from './held-deletions.tsx'
import { type StreamName, titleOf, type usePlace } from './place.ts'

type Row = AnswerOf<'GET /records/streams'>['streams'][number]

const PAGE = 200

/** Which streams there are: of an environment, an integration or a connection. */
export function StreamList({ place }: { place: ReturnType<typeof usePlace> }) {
  const environment = useEnvironment()
  const { integration, connection, q } = place.values
  const integrations = useIntegrationChoice()
  // The API refuses a connection without its integration.
  const within = { integration, connection: integration === '' ? '' : connection }
  const streams = usePages(
    'GET /records/streams',
    { query: { provider_config_key: within.integration, connection_id: within.connection, q, limit: PAGE } },
    (page) => page.streams,
  )
  const columns = useMemo(
    () => columnsOf(within.integration, within.connection),
    [within.integration, within.connection],
  )
  return (
    <Screen title="Records">
      <FilterBar
        filters={place}
        search={{ name: 'q', placeholder: 'Search models and variants' }}
        choices={[{ name: 'integration', label: 'Integration', options: integrations }]}
      >
        {integration !== '' && (
          <ConnectionSelect
            integration={integration}
            value={connection}
            onChange={(next) => place.set({ connection: next })}
          />
        )}
      </FilterBar>
      <DataTable
        label="Streams"
        columns={columns}
        rows={streams.rows}
        paging={streams}
        rowKey={keyOf}
        hrefOf={(row) => paths.records(environment, { ...nameOf(row) })}
        empty={<NoStreams isFiltered={place.isFiltered} />}
      />
      <CliLine
        words={[
          ...['record', 'streams', within.integration || undefined],
          ...(within.connection ? ['--connection', within.connection] : []),
          ...(q ? ['--search', q] : []),
        ]}
      />
    </Screen>
  )
}

function NoStreams({ isFiltered }: { isFiltered: boolean }) {
  const environment = useEnvironment()
  if (isFiltered)
    return <Empty title="No stream matches">Clear a filter, or search for another model or variant.</Empty>
  return (
    <Empty title="No streams yet">
      <p>
        A stream holds the records of a model on a connection. There is one as soon as a sync is deployed and
        a connection is there.
      </p>
      <CliLine words={['deploy']} />
      <p>
        <PathLink href={paths.settings(environment, 'connections')}>Make a connection</PathLink>
      </p>
    </Empty>
  )
}

const nameOf = (row: Row): StreamName => ({
  integration: row.provider_config_key,
  connection: row.connection_id,
  model: row.model,
  variant: row.variant,
})

const keyOf = (row: Row) => JSON.stringify(nameOf(row))

function columnsOf(integration: string, connection: string): Column<Row>[] {
  const within = { integration, connection }
  const columns: (Column<Row> | false)[] = [
    { id: 'stream', title: 'Stream', width: 'minmax(200px, 2fr)', cell: (row) => <StreamLink row={row} /> },
    connection === '' && {
      id: 'connection',
      title: 'Connection',
      width: 'minmax(140px, 1.4fr)',
      cell: (row) => row.connection_id,
    },
    integration === '' && {
      id: 'integration',
      title: 'Integration',
      width: 'minmax(110px, 1fr)',
      cell: (row) => row.provider_config_key,
    },
    {
      id: 'sync',
      title: 'Sync',
      width: 'minmax(120px, 1fr)',
      cell: (row) => row.sync_name ?? <span title="No deployed sync saves this model">none</span>,
    },
    {
      id: 'held',
      title: 'Warning',
      width: '150px',
      cell: (row) => <HeldBadge stream={nameOf(row)} within={within} />,
    },
    { id: 'records', title: 'Records', width: '100px', align: 'end', cell: (row) => countText(row.records) },
    { id: 'bytes', title: 'Size', width: '90px', align: 'end', cell: (row) => bytesText(row.bytes) },
    {
      id: 'changed',
      title: 'Changed',
      width: '110px',
      cell: (row) => <Time at={row.last_modified_at} none="never" />,
    },
  ]
  return columns.filter((column) => column !== false)
}

function StreamLink({ row }: { row: Row }) {
  const environment = useEnvironment()
  return <PathLink href={paths.records(environment, { ...nameOf(row) })}>{titleOf(row)}</PathLink>
}
