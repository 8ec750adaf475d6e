import type { ListedRun } from '@syncline/api'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useFilters } from '../api/use-filters.ts'
import { usePages } from '../api/use-pages.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { Duration, Time } from '../parts/time.tsx'

const columns: Column<ListedRun>[] = [
  { id: 'run', title: 'Run', width: 'minmax(180px, 2fr)', cell: (run) => <RunLink run={run} /> },
  { id: 'integration', title: 'Integration', width: '120px', cell: (run) => run.provider_config_key },
  { id: 'outcome', title: 'State', width: '130px', cell: (run) => <OutcomeBadge outcome={outcomeOf(run)} /> },
  { id: 'cause', title: 'Cause', width: '90px', cell: (run) => run.cause },
  { id: 'requested', title: 'Requested', width: '110px', cell: (run) => <Time at={run.requestedAt} /> },
  {
    id: 'duration',
    title: 'Took',
    width: '90px',
    align: 'end',
    cell: (run) => <Duration from={run.startedAt} to={run.finishedAt} />,
  },
]

export function RunsScreen() {
  const environment = useEnvironment()
  const filters = useFilters(['state'])
  const query = { limit: 100, ...(filters.values.state && { state: filters.values.state }) }
  const runs = usePages('GET /runs', { query }, (page) => page.runs)
  return (
    <Screen title="Runs">
      <FilterBar
        filters={filters}
        choices={[{ name: 'state', label: 'State', options: ['queued', 'running', 'ended'] }]}
      />
      <DataTable
        label="Runs"
        columns={columns}
        rows={runs.rows}
        paging={runs}
        rowKey={(run) => run.id}
        hrefOf={(run) => paths.run(environment, run.id)}
        empty={
          <Empty title={filters.isFiltered ? 'No run is in this state' : 'No sync has run yet'}>
            <p>A deployed sync runs at its next slot, or when you trigger it.</p>
            <CliLine words={['trigger', 'integration/sync', 'connection']} />
          </Empty>
        }
      />
    </Screen>
  )
}

function RunLink({ run }: { run: ListedRun }) {
  const environment = useEnvironment()
  return (
    <PathLink href={paths.run(environment, run.id)}>
      {run.sync_name} of {run.connection_id}
    </PathLink>
  )
}

function outcomeOf(run: ListedRun): string {
  return run.state === 'ended' ? (run.reason ?? 'success') : run.state
}
