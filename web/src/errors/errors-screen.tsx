import { useNow } from '../api/clock.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { type Filters, useFilters } from '../api/use-filters.ts'
import { usePages } from '../api/use-pages.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { countText } from '../parts/number-text.ts'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { Time } from '../parts/time.tsx'
import { beginOf, rangeOptions } from '../parts/time-range.ts'
import { ErrorGroup } from './error-group.tsx'
import type { RunError } from './run-errors.ts'

const DEFAULT_RANGE = '7d'

/** Errors of runs, grouped: what is wrong, since when, and on how many connections. */
export function ErrorsScreen() {
  const filters = useFilters(['q', 'integration', 'sync', 'range'])
  const { open } = useFilters(['open']).values
  const { values } = filters
  const begin = beginOf(values.range || DEFAULT_RANGE, useNow())
  const query = {
    limit: 100,
    ...(begin && { from: begin }),
    ...(values.integration && { provider_config_key: values.integration }),
    ...(values.integration && values.sync && { sync_name: values.sync }),
    ...(values.q && { q: values.q }),
  }
  const pages = usePages('GET /errors', { query }, (page) => page.errors)
  const chosen = open === '' ? undefined : pages.rows.find(({ fingerprint }) => fingerprint === open)
  return (
    <Screen title="Errors">
      {open === '' ? (
        <List filters={filters} pages={pages} />
      ) : (
        <ErrorGroup
          fingerprint={open}
          error={chosen}
          first={pages.first}
          isLoading={pages.isLoading}
          range={values.range || DEFAULT_RANGE}
        />
      )}
    </Screen>
  )
}

const columns: Column<RunError>[] = [
  {
    id: 'message',
    title: 'Error',
    width: 'minmax(240px, 3fr)',
    cell: (error) => <GroupLink error={error} />,
  },
  {
    id: 'sync',
    title: 'Sync',
    width: 'minmax(140px, 1.2fr)',
    cell: ({ provider_config_key, sync_name }) => `${provider_config_key}/${sync_name}`,
  },
  { id: 'outcome', title: 'End', width: '110px', cell: ({ outcome }) => <OutcomeBadge outcome={outcome} /> },
  { id: 'count', title: 'Runs', width: '60px', align: 'end', cell: ({ count }) => countText(count) },
  {
    id: 'connections',
    title: 'Connections',
    width: '100px',
    align: 'end',
    cell: ({ connections }) => countText(connections),
  },
  {
    id: 'counts',
    title: 'Over time',
    width: '112px',
    cell: ({ counts }) => (
      <Sparkline values={counts} label={`${countText(Math.max(...counts))} runs at most in a part`} />
    ),
  },
  {
    id: 'first',
    title: 'First seen',
    width: '100px',
    cell: ({ first_seen_at }) => <Time at={first_seen_at} />,
  },
  { id: 'last', title: 'Last seen', width: '92px', cell: ({ last_seen_at }) => <Time at={last_seen_at} /> },
  { id: 'version', title: 'Version', width: '70px', cell: ({ version }) => version ?? '–' },
]

function List(props: {
  filters: Filters<'q' | 'integration' | 'sync' | 'range'>
  pages: ReturnType<typeof usePages<'GET /errors', RunError>>
}) {
  const { filters, pages } = props
  const environment = useEnvironment()
  const integrations = useApi('GET /integrations', {}, { poll: false }).data?.data ?? []
  const syncs = useApi('GET /deployments', {}, { poll: false }).data?.syncs ?? []
  const { integration, range } = filters.values
  const ofIntegration = syncs.filter(({ provider_config_key }) => provider_config_key === integration)
  const isNarrowed = filters.values.q !== '' || integration !== ''
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ name: 'q', placeholder: 'Search messages' }}
        choices={[
          {
            name: 'integration',
            label: 'Integration',
            options: integrations.map(({ unique_key }) => unique_key),
          },
          ...(integration
            ? [{ name: 'sync' as const, label: 'Sync', options: ofIntegration.map(({ name }) => name) }]
            : []),
          { name: 'range', label: 'Last 7 days', options: rangeOptions },
        ]}
      >
        {pages.first && (
          <span>{pages.first.total === 1 ? '1 error' : `${countText(pages.first.total)} errors`}</span>
        )}
      </FilterBar>
      <DataTable
        label="Errors"
        columns={columns}
        rows={pages.rows}
        rowKey={({ fingerprint }) => fingerprint}
        hrefOf={({ fingerprint }) => errorPath(environment, fingerprint, filters.values)}
        paging={pages}
        empty={
          isNarrowed ? (
            <Empty title="No error fits these filters">Clear the filters to see all.</Empty>
          ) : (
            <Empty
              title={`No run failed in the ${rangeOptions.find(({ value }) => value === range)?.label ?? 'last 7 days'}`}
            >
              <p>Nothing to do here. What is stale for another reason is on the screen Now.</p>
              <CliLine words={['status', '--stale']} />
            </Empty>
          )
        }
      />
    </>
  )
}

function GroupLink({ error }: { error: RunError }) {
  const environment = useEnvironment()
  const { values } = useFilters(['q', 'integration', 'sync', 'range'])
  return (
    <PathLink href={errorPath(environment, error.fingerprint, values)} title={error.message}>
      {error.message || error.outcome.replaceAll('_', ' ')}
    </PathLink>
  )
}

const errorPath = (environment: string, open: string, filters: Record<string, string>): string =>
  paths.errors(environment, { ...filters, open })
