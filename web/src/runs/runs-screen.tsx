import type { ListedRun } from '@syncline/api'
import { useNow } from '../api/clock.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useApi } from '../api/use-api.ts'
import { useFilters } from '../api/use-filters.ts'
import { usePages } from '../api/use-pages.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { type Choice, FilterBar } from '../parts/filter-bar.tsx'
import { OutcomeBadge } from '../parts/outcome-badge.tsx'
import { PathLink } from '../parts/path-link.tsx'
import { Screen } from '../parts/screen.tsx'
import { Duration, Time } from '../parts/time.tsx'
import { beginOf, rangeOptions } from '../parts/time-range.ts'
import { Changes } from './changes.tsx'
import { runsLine } from './lines.ts'
import { failures, messageOf, outcomeOf, outcomes, syncText } from './run-words.ts'

const columns: Column<ListedRun>[] = [
  { id: 'sync', title: 'Sync', width: 'minmax(140px, 1.2fr)', cell: (run) => <RunLink run={run} /> },
  { id: 'connection', title: 'Connection', width: 'minmax(110px, 1fr)', cell: (run) => run.connection_id },
  { id: 'outcome', title: 'State', width: '104px', cell: (run) => <OutcomeBadge outcome={outcomeOf(run)} /> },
  { id: 'cause', title: 'Cause', width: '76px', cell: (run) => run.cause },
  { id: 'at', title: 'Ended', width: '92px', cell: (run) => <Time at={run.finishedAt} none="not yet" /> },
  {
    id: 'took',
    title: 'Took',
    width: '78px',
    align: 'end',
    cell: (run) => <Duration from={run.startedAt} to={run.finishedAt} />,
  },
  {
    id: 'attempt',
    title: 'Attempts',
    width: '76px',
    align: 'end',
    cell: (run) => (run.attempt === 0 ? '–' : run.attempt),
  },
  { id: 'changes', title: 'Records', width: '96px', cell: (run) => <Changes result={run.result} /> },
  { id: 'version', title: 'Version', width: '66px', cell: (run) => run.version ?? '–' },
  { id: 'message', title: 'Message', width: 'minmax(160px, 2.4fr)', cell: (run) => messageOf(run) },
]

const names = [
  ...(['q', 'integration', 'sync', 'connection', 'variant', 'state', 'outcome'] as const),
  ...(['since', 'from', 'to', 'fingerprint'] as const),
] as const

/** Runs of the environment, newest first, those that have not ended before the others. */
export function RunsScreen() {
  const environment = useEnvironment()
  const filters = useFilters(names)
  const now = useNow()
  const { q, integration, sync, connection, variant, state, outcome, since, from, to, fingerprint } =
    filters.values
  const begin = beginOf(since, now) ?? from
  const isOfIntegration = integration !== ''
  const query = {
    limit: 100,
    ...(isOfIntegration && { provider_config_key: integration }),
    // The API knows them by their integration.
    ...(isOfIntegration && sync && { sync_name: sync }),
    ...(isOfIntegration && connection && { connection_id: connection }),
    ...(variant && { variant }),
    ...(state && { state }),
    ...(fingerprint && { fingerprint }),
    ...(q && { q }),
    ...(outcome && { outcome }),
    ...(begin && { from: begin }),
    ...(to && { to }),
  }
  const runs = usePages('GET /runs', { query }, (page) => page.runs)
  return (
    <Screen title="Runs">
      <FilterBar
        filters={filters}
        search={{ name: 'q', placeholder: 'Search errors' }}
        choices={useChoices(filters.values)}
      />
      <DataTable
        label="Runs"
        columns={columns}
        rows={runs.rows}
        paging={runs}
        rowKey={(run) => run.id}
        hrefOf={(run) => paths.run(environment, run.id)}
        empty={
          filters.isFiltered ? (
            <Empty title="No run fits these filters">
              Runs that ended are found as long as they are kept. Clear the filters to see all.
            </Empty>
          ) : (
            <Empty title="No sync has run yet">
              <p>A deployed sync runs at its next slot, or when you trigger it:</p>
              <CliLine words={['trigger', 'github', 'issues']} />
            </Empty>
          )
        }
      />
      <CliLine words={runsLine({ ...filters.values, since: since || from })} />
    </Screen>
  )
}

type Values = Record<(typeof names)[number], string>

function useChoices(values: Values): Choice<(typeof names)[number]>[] {
  const integrations = useApi('GET /integrations', {}, { poll: false }).data?.data ?? []
  const syncs = useApi('GET /deployments', {}, { poll: false }).data?.syncs ?? []
  const ofIntegration = syncs.filter(({ provider_config_key }) => provider_config_key === values.integration)
  return [
    { name: 'integration', label: 'Integration', options: integrations.map(({ unique_key }) => unique_key) },
    ...(values.integration
      ? [{ name: 'sync' as const, label: 'Sync', options: ofIntegration.map(({ name }) => name) }]
      : []),
    // They come by a link from another screen, and are shown so that they can be taken away.
    ...(['connection', 'variant', 'fingerprint'] as const)
      .filter((name) => values[name] !== '')
      .map((name) => ({ name, label: name, options: [] })),
    {
      ...{ name: 'state', label: 'State' },
      options: [{ value: 'queued,running', label: 'not ended' }, 'queued', 'running', 'ended'],
    },
    {
      ...{ name: 'outcome', label: 'End' },
      options: [
        { value: failures.join(','), label: 'any failure' },
        ...outcomes.map((value) => ({ value, label: value.replaceAll('_', ' ') })),
      ],
    },
    { name: 'since', label: 'Time', options: rangeOptions },
  ]
}

function RunLink({ run }: { run: ListedRun }) {
  const environment = useEnvironment()
  return (
    <PathLink href={paths.run(environment, run.id)}>
      {run.provider_config_key}/{syncText(run)}
    </PathLink>
  )
}
