import type { Integration } from '@syncline/api'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { useFilters } from '../api/use-filters.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { countOf, countText } from '../parts/number-text.ts'
import { useOpenPath } from '../parts/path-link.tsx'
import { Time } from '../parts/time.tsx'
import { EditIntegration } from './edit-integration.tsx'
import { ItemLink } from './item-link.tsx'
import { integrationCreateLine } from './lines.ts'
import { paging } from './list-state.ts'
import { NewIntegration } from './new-integration.tsx'
import { settingsPath } from './settings-path.ts'

const columns: Column<Integration>[] = [
  {
    id: 'key',
    title: 'Key',
    width: 'minmax(120px, 1fr)',
    cell: ({ unique_key }) => <ItemLink tab="integrations" search={{ open: unique_key }} text={unique_key} />,
  },
  { id: 'name', title: 'Name', width: 'minmax(120px, 1fr)', cell: ({ display_name }) => display_name },
  { id: 'provider', title: 'Provider', width: 'minmax(110px, 1fr)', cell: ({ provider }) => provider },
  {
    id: 'url',
    title: 'Base URL',
    width: 'minmax(180px, 2fr)',
    cell: ({ base_url }) => base_url ?? 'provider is gone',
  },
  { id: 'auth', title: 'Auth', width: '120px', cell: ({ auth }) => auth.type.replaceAll('_', ' ') },
  { id: 'budget', title: 'Budget', width: '130px', cell: ({ budget }) => budgetText(budget) },
  {
    id: 'concurrency',
    title: 'Runs at a time',
    width: '110px',
    align: 'end',
    cell: ({ concurrency }) => (concurrency === null ? '–' : countText(concurrency)),
  },
  { id: 'changed', title: 'Changed', width: '110px', cell: ({ updated_at }) => <Time at={updated_at} /> },
]

/** External APIs: a list, one of them, or a new one. */
export function IntegrationsTab() {
  const environment = useEnvironment()
  const { values } = useFilters(['open', 'new', 'provider'])
  if (values.new !== '') return <NewIntegration provider={values.provider} />
  if (values.open !== '')
    return <EditIntegration key={`${environment} ${values.open}`} uniqueKey={values.open} />
  return <List />
}

function List() {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const filters = useFilters(['q'])
  const answer = useApi('GET /integrations', {})
  const all = answer.data?.data ?? []
  const wanted = filters.values.q.toLowerCase()
  const rows = all.filter((it) =>
    `${it.unique_key}\n${it.display_name}\n${it.provider}`.toLowerCase().includes(wanted),
  )
  const make = (
    <ActionButton
      scope="deploy"
      variant="filled"
      onClick={() => openPath(settingsPath(environment, 'integrations', { new: 'yes' }))}
    >
      New integration
    </ActionButton>
  )
  return (
    <>
      <FilterBar filters={filters} search={{ name: 'q', placeholder: 'Search integrations' }}>
        <span>{countOf(rows.length, 'integration')}</span>
        {make}
      </FilterBar>
      <DataTable
        label="Integrations"
        columns={columns}
        rows={rows}
        rowKey={({ unique_key }) => unique_key}
        hrefOf={({ unique_key }) => settingsPath(environment, 'integrations', { open: unique_key })}
        paging={paging(answer)}
        empty={
          all.length > 0 ? (
            <Empty title="No integration has this in its name">Clear the search to see all.</Empty>
          ) : (
            <Empty title="No integration yet">
              <p>An integration is an external API that your syncs read. Make the first one here, or with</p>
              <CliLine words={integrationCreateLine({ unique_key: 'github', provider: 'github' })} />
            </Empty>
          )
        }
      />
    </>
  )
}

function budgetText(budget: Integration['budget']): string {
  if (!budget) return '–'
  return `${countText(budget.requests)} in ${budget.per}`
}
