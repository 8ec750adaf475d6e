import { Button } from '@mantine/core'
import type { ConnectionSummary } from '@syncline/api'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { useFilters } from '../api/use-filters.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Badge } from '../parts/badge.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { countText } from '../parts/number-text.ts'
import { useOpenPath } from '../parts/path-link.tsx'
import { Time } from '../parts/time.tsx'
import { EditConnection } from './edit-connection.tsx'
import { ItemLink } from './item-link.tsx'
import { paging } from './list-state.ts'
import { NewConnection } from './new-connection.tsx'
import { settingsPath } from './settings-path.ts'

/** The API has numbered pages here. */
const PAGE = 100

const columns: Column<ConnectionSummary>[] = [
  {
    id: 'id',
    title: 'Connection',
    width: 'minmax(160px, 2fr)',
    cell: ({ connection_id: open, provider_config_key: integration }) => (
      <ItemLink tab="connections" search={{ integration, open }} text={open} />
    ),
  },
  {
    id: 'integration',
    title: 'Integration',
    width: 'minmax(110px, 1fr)',
    cell: ({ provider_config_key }) => provider_config_key,
  },
  {
    id: 'state',
    title: 'Credentials',
    width: '150px',
    cell: ({ needs_reauth }) =>
      needs_reauth ? (
        <Badge tone="bad" title={needs_reauth.reason}>
          needs credentials
        </Badge>
      ) : (
        <Badge tone="good">in use</Badge>
      ),
  },
  {
    id: 'user',
    title: 'End user',
    width: 'minmax(120px, 1fr)',
    cell: ({ end_user }) => end_user?.display_name || end_user?.email || end_user?.id || '–',
  },
  { id: 'tags', title: 'Tags', width: 'minmax(120px, 1.4fr)', cell: ({ tags }) => tagsText(tags) || '–' },
  { id: 'created', title: 'Made', width: '110px', cell: ({ created }) => <Time at={created} /> },
]

/** Access of customers: a list, one of them, or a new one. */
export function ConnectionsTab() {
  const { values } = useFilters(['open', 'connection', 'new', 'integration', 'reconnect'])
  const { integration } = values
  // Other screens name it as they do in their own addresses.
  const open = values.open || values.connection
  if (values.new !== '') return <NewConnection integration={integration} />
  if (values.reconnect !== '')
    return <NewConnection integration={integration} connection={values.reconnect} key={values.reconnect} />
  if (open !== '' && integration !== '')
    return <EditConnection key={`${integration} ${open}`} integration={integration} connection={open} />
  return <List />
}

function List() {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const given = useFilters(['q', 'integration', 'tag', 'page'])
  // Other filters, other pages.
  const filters = {
    ...given,
    set: (changes: typeof given.values | object) => given.set({ page: '', ...changes }),
  }
  const { q, integration, tag } = filters.values
  const page = Number(filters.values.page) || 0
  const integrations = useApi('GET /integrations', {}, { poll: false }).data?.data ?? []
  const [, tagName, tagValue] = /^([^=]+)=(.+)$/.exec(tag) ?? []
  const answer = useApi(
    'GET /connections',
    {
      query: {
        ...{ limit: PAGE, page },
        ...(q && { search: q }),
        ...(integration && { integrationId: integration }),
        ...(tagName && tagValue && { tags: { [tagName]: tagValue } }),
      },
    },
    { keep: true },
  )
  const rows = answer.data?.connections ?? []
  const hasMore = rows.length === PAGE
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ name: 'q', placeholder: 'Search by id, or by name or email of the end user' }}
        choices={[
          {
            name: 'integration',
            label: 'Integration',
            options: integrations.map(({ unique_key }) => unique_key),
          },
        ]}
      >
        <ActionButton
          scope="operate"
          variant="filled"
          onClick={() => openPath(settingsPath(environment, 'connections', { new: 'yes', integration }))}
        >
          New connection
        </ActionButton>
      </FilterBar>
      <DataTable
        label="Connections"
        columns={columns}
        rows={rows}
        rowKey={({ uid }) => uid}
        hrefOf={({ provider_config_key, connection_id }) =>
          settingsPath(environment, 'connections', { integration: provider_config_key, open: connection_id })
        }
        paging={paging(answer)}
        empty={
          filters.isFiltered ? (
            <Empty title={page > 0 ? 'No connections on this page' : 'No connection fits these filters'}>
              Clear the filters to see all.
            </Empty>
          ) : (
            <Empty title="No connection yet">
              <p>
                A connection is the access of one of your customers to an integration. Make the first one
                here, or with
              </p>
              <CliLine
                words={[
                  'connection',
                  'create',
                  integrations[0]?.unique_key ?? 'github',
                  'user-1',
                  '--api-key',
                  '@api-key',
                ]}
              />
            </Empty>
          )
        }
      />
      {(page > 0 || hasMore) && (
        <nav aria-label="Pages" style={{ display: 'flex', gap: 8, alignItems: 'center' }}>
          <Button
            variant="default"
            disabled={page === 0}
            onClick={() => filters.set({ page: page > 1 ? String(page - 1) : '' })}
          >
            Newer
          </Button>
          <span>Page {countText(page + 1)}</span>
          <Button
            variant="default"
            disabled={!hasMore}
            onClick={() => filters.set({ page: String(page + 1) })}
          >
            Older
          </Button>
        </nav>
      )}
    </>
  )
}

const tagsText = (tags: Record<string, string>): string =>
  Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')
