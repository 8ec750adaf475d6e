import { useNow } from '../api/clock.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { type Filters, useFilters } from '../api/use-filters.ts'
import { usePages } from '../api/use-pages.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { cutText } from '../parts/cut-text.ts'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { countOf, countText } from '../parts/number-text.ts'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { Sparkline } from '../parts/sparkline.tsx'
import { Time } from '../parts/time.tsx'
import { beginOf, rangeOptions } from '../parts/time-range.ts'
import { ErrorGroup } from './error-group.tsx'
import { nextSort, sortOf } from './errors-order.ts'
import type { RunError } from './run-errors.ts'

const DEFAULT_RANGE = '7d'

/** Errors of runs, grouped: what is wrong, since when, and on how many connections. */
export function ErrorsScreen() {
  const filters = useFilters(['q', 'integration', 'sync', 'range'])
  const order = useFilters(['sort', 'order'])
  const { open } = useFilters(['open']).values
  const { values } = filters
  const begin = beginOf(values.range || DEFAULT_RANGE, useNow())
  const query = {
    limit: 100,
    ...(begin && { from: begin }),
    ...(values.integration && { provider_config_key: values.integration }),
    ...(values.integration && values.sync && { sync_name: values.sync }),
    ...(values.q && { q: values.q }),
    ...sortOf(order.values),
  }
  const pages = usePages('GET /errors', { query }, (page) => page.errors)
  const chosen = open === '' ? undefined : pages.rows.find(({ fingerprint }) => fingerprint === open)
  if (open !== '')
    return (
      <ErrorGroup
        key={open}
        fingerprint={open}
        error={chosen}
        first={pages.first}
        isLoading={pages.isLoading}
        filters={{ ...values, ...order.values, range: values.range || DEFAULT_RANGE }}
      />
    )
  return (
    <Screen title="Errors">
      <List filters={filters} order={order} pages={pages} />
    </Screen>
  )
}

const columns: Column<RunError>[] = [
  {
    id: 'message',
    title: 'Error',
    width: 'minmax(260px, 3fr)',
    cell: (error) => <GroupLink error={error} />,
  },
  {
    id: 'sync',
    title: 'Sync',
    width: 'minmax(130px, 1.2fr)',
    cell: ({ provider_config_key, sync_name }) => `${provider_config_key}/${sync_name}`,
  },
  {
    ...{ id: 'count', title: 'Runs', width: '64px', align: 'end', sort: 'count' },
    cell: ({ count }) => countText(count),
  },
  {
    id: 'connections',
    title: 'Connections',
    width: '104px',
    align: 'end',
    sort: 'connections',
    cell: ({ connections }) => countText(connections),
  },
  {
    id: 'counts',
    title: 'Over time',
    width: '120px',
    cell: ({ counts }) => (
      <Sparkline values={counts} label={`${countText(Math.max(...counts))} runs at most in a part`} />
    ),
  },
  {
    id: 'first',
    title: 'First seen',
    width: '96px',
    sort: 'first_seen',
    cell: ({ first_seen_at }) => <Time at={first_seen_at} />,
  },
  {
    ...{ id: 'last', title: 'Last seen', width: '96px', sort: 'last_seen' },
    cell: ({ last_seen_at }) => <Time at={last_seen_at} />,
  },
  { id: 'version', title: 'Version', width: '66px', cell: ({ version }) => version ?? '–' },
]

function List(props: {
  filters: Filters<'q' | 'integration' | 'sync' | 'range'>
  order: Filters<'sort' | 'order'>
  pages: ReturnType<typeof usePages<'GET /errors', RunError>>
}) {
  const { filters, order, pages } = props
  const { sort, order: direction } = sortOf(order.values)
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
        {pages.first && <span>{countOf(pages.first.total, 'error')}</span>}
      </FilterBar>
      <DataTable
        label="Errors"
        columns={columns}
        rows={pages.rows}
        rowKey={({ fingerprint }) => fingerprint}
        hrefOf={({ fingerprint }) =>
          errorPath(environment, fingerprint, { ...filters.values, ...order.values })
        }
        sort={{ by: sort, order: direction, change: (by) => order.set(nextSort(order.values, by)) }}
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
  const { values } = useFilters(['q', 'integration', 'sync', 'range', 'sort', 'order'])
  return (
    <>
      {error.outcome !== 'failed' && (
        <>
          <OutcomeBadge outcome={error.outcome} />{' '}
        </>
      )}
      <PathLink href={errorPath(environment, error.fingerprint, values)} title={cutText(error.sample)}>
        {cutText(error.message) || error.outcome.replaceAll('_', ' ')}
      </PathLink>
    </>
  )
}

const errorPath = (environment: string, open: string, filters: Record<string, string>): string =>
  paths.errors(environment, { ...filters, open })
