import { Button, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { serverNow } from '../api/clock.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { usePages } from '../api/use-pages.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { Icon } from '../parts/icon.tsx'
import { bytesText, countText } from '../parts/number-text.ts'
import { PathLink } from '../parts/path-link.tsx'
import { Facts, Screen } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { ActionBadge } from './action-badge.tsx'
import { Crumbs } from './crumbs.tsx'
import { HeldDeletionBox } from './held-deletions.tsx'
import { cliPathOf, headersOf, type StreamName, titleOf, usePlace } from './place.ts'
import { RunLink } from './run-link.tsx'
import styles from './stream-view.module.css'
import { fromInput, toInput } from './utc-input.ts'

type Row = AnswerOf<'GET /records'>['records'][number]

const PAGE = 100
const actions = ['added', 'updated', 'deleted'] as const

/** The newest changes of a stream, live; or the stream as it was at a moment. */
export function StreamView({ stream, place }: { stream: StreamName; place: ReturnType<typeof usePlace> }) {
  const environment = useEnvironment()
  const { model, variant } = stream
  const { at } = place.values
  const action = actions.find((known) => known === place.values.action)
  const changes = usePages(
    'GET /records',
    {
      headers: headersOf(stream),
      query: {
        ...{ model, variant, order: 'newest', payload: 'false', limit: PAGE },
        ...(action && { filter: action }),
        ...(at && { as_of: at }),
      },
    },
    (page) => page.records,
    // What was does not change.
    at ? { poll: false } : {},
  )
  return (
    <Screen title={titleOf(stream)} above={<Crumbs stream={stream} />}>
      <StreamFacts stream={stream} />
      <HeldDeletionBox stream={stream} />
      <div className={styles.bar} role="search">
        <IdInput onOpen={(id) => place.set({ id })} />
        <Select
          className={styles.action}
          aria-label="Last action"
          placeholder="Last action"
          data={[...actions]}
          value={action ?? null}
          onChange={(next) => place.set({ action: next ?? '' })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any last action', 'aria-hidden': false, tabIndex: 0 }}
        />
        <AsOfInput at={at} onChange={(next) => place.set({ at: next })} />
      </div>
      {at && (
        <p className={styles.note} role="status">
          As it was <Time at={at} />, on {toInput(at).replace('T', ' ')} UTC. Newest changes of that time
          first.
        </p>
      )}
      <DataTable
        label="Changes, newest first"
        columns={columns}
        rows={changes.rows}
        paging={changes}
        rowKey={idOf}
        hrefOf={(row) => paths.records(environment, { ...stream, id: idOf(row) })}
        empty={<NoRecords stream={stream} isFiltered={Boolean(action || at)} />}
      />
      <CliLine
        words={[
          ...['records', cliPathOf(stream), stream.connection, '--newest', '--no-payload'],
          ...(action ? ['--filter', action] : []),
          ...(at ? ['--as-of', at] : []),
        ]}
      />
    </Screen>
  )
}

function StreamFacts({ stream }: { stream: StreamName }) {
  const environment = useEnvironment()
  const { integration, connection, model, variant } = stream
  const query = {
    ...{ provider_config_key: integration, connection_id: connection },
    ...{ q: `${model}::${variant}`, limit: 500 },
  }
  const { data } = useApi('GET /records/streams', { query }, { keep: true })
  const found = data?.streams.find((it) => it.model === model && it.variant === variant)
  const sync = found?.sync_name
  const place = { integration, connection, variant }
  return (
    <Facts
      rows={[
        ['Records', found ? countText(found.records) : '–'],
        ['Size', found ? bytesText(found.bytes) : '–'],
        ['Last change', <Time key="t" at={found?.last_modified_at} none="never" />],
        [
          'Sync',
          sync ? (
            <PathLink key="s" href={paths.schedule(environment, { ...place, sync })}>
              {variant === 'base' ? sync : `${sync}::${variant}`}
            </PathLink>
          ) : (
            '–'
          ),
        ],
      ]}
    />
  )
}

/** A moment by the clock of the server, in UTC: the clock and the zone of the browser do not matter. */
function AsOfInput({ at, onChange }: { at: string; onChange: (at: string) => void }) {
  return (
    <span className={styles.asOf}>
      <span aria-hidden="true">As of</span>
      <TextInput
        type="datetime-local"
        aria-label="As of, in UTC"
        title="The stream as it was at this moment, in UTC"
        step={1}
        max={toInput(new Date(serverNow()).toISOString())}
        value={toInput(at)}
        onChange={(event) => {
          const next = fromInput(event.currentTarget.value)
          if (next !== '' || event.currentTarget.value === '') onChange(next)
        }}
      />
      {at ? (
        <Button variant="subtle" color="gray" onClick={() => onChange('')}>
          Now
        </Button>
      ) : (
        <span>UTC</span>
      )}
    </span>
  )
}

function IdInput({ onOpen }: { onOpen: (id: string) => void }) {
  const [text, setText] = useState('')
  return (
    <form
      className={styles.id}
      onSubmit={(event) => {
        event.preventDefault()
        if (text !== '') onOpen(text)
      }}
    >
      <TextInput
        data-search
        type="search"
        leftSection={<Icon name="search" size={14} />}
        placeholder="Open a record by its id"
        aria-label="Open a record by its id"
        dir="auto"
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
      />
    </form>
  )
}

function NoRecords({ stream, isFiltered }: { stream: StreamName; isFiltered: boolean }) {
  if (isFiltered) return <Empty title="No record matches">Choose another action or another moment.</Empty>
  return (
    <Empty title="No records yet">
      <p>
        The sync has saved nothing on this connection. Run it, and its records come up here as they are saved.
      </p>
      <CliLine words={['trigger', stream.integration, '--connection', stream.connection]} />
    </Empty>
  )
}

const idOf = (row: Row) => String(row.id)

const columns: Column<Row>[] = [
  { id: 'id', title: 'Id', width: 'minmax(180px, 3fr)', cell: (row) => <RecordLink row={row} /> },
  {
    id: 'action',
    title: 'Last action',
    width: '100px',
    cell: (row) => <ActionBadge action={row._nango_metadata.last_action} />,
  },
  {
    id: 'changed',
    title: 'Changed',
    width: '110px',
    cell: (row) => <Time at={row._nango_metadata.last_modified_at} />,
  },
  {
    id: 'bytes',
    title: 'Size',
    width: '90px',
    align: 'end',
    cell: (row) => (row._nango_metadata.pruned_at ? 'pruned' : bytesText(row._nango_metadata.bytes ?? 0)),
  },
  {
    id: 'run',
    title: 'Run',
    width: 'minmax(140px, 1fr)',
    cell: (row) => <RunLink id={row._nango_metadata.run_id} />,
  },
]

function RecordLink({ row }: { row: Row }) {
  const environment = useEnvironment()
  const { integration, connection, model, variant } = usePlace().values
  const href = paths.records(environment, { integration, connection, model, variant, id: idOf(row) })
  return <PathLink href={href}>{idOf(row)}</PathLink>
}
