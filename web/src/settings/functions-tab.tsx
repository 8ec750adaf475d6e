import type { DeployedAction, DeployedSync } from '@syncline/api'
import { useState } from 'react'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { useFilters } from '../api/use-filters.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { JsonText } from '../parts/json-text.tsx'
import { notify } from '../parts/notices.tsx'
import { countOf, countText } from '../parts/number-text.ts'
import { PathLink, useOpenPath } from '../parts/path-link.tsx'
import { Facts, Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { ItemLink } from './item-link.tsx'
import { paging } from './list-state.ts'
import { OpenItem } from './open-item.tsx'
import { settingsPath } from './settings-path.ts'

type Kind = 'sync' | 'action' | 'event'
type Deployed = { kind: Kind; path: string } & (
  | { sync: DeployedSync; action?: undefined }
  | { action: DeployedAction; sync?: undefined }
)
const factsOf = (it: Deployed) => it.sync ?? it.action

const kinds: Record<Kind, string> = { sync: 'sync', action: 'action', event: 'event function' }

const columns: Column<Deployed>[] = [
  {
    id: 'path',
    title: 'Function',
    width: 'minmax(180px, 2fr)',
    cell: ({ path }) => <ItemLink tab="functions" search={{ open: path }} text={path} />,
  },
  { id: 'kind', title: 'Kind', width: '120px', cell: ({ kind }) => kinds[kind] },
  { id: 'version', title: 'Version', width: '90px', cell: (it) => factsOf(it).version },
  {
    id: 'models',
    title: 'Models',
    width: 'minmax(140px, 1.4fr)',
    cell: ({ sync }) => sync?.models.join(', ') ?? '–',
  },
  {
    id: 'frequency',
    title: 'Runs',
    width: '150px',
    cell: ({ sync, action }) => sync?.frequency ?? action?.event ?? 'when called',
  },
  { id: 'deployed', title: 'Deployed', width: '110px', cell: (it) => <Time at={factsOf(it).deployed_at} /> },
]

/** What is deployed: syncs, actions, and functions at moments of a connection. */
export function FunctionsTab() {
  const environment = useEnvironment()
  const filters = useFilters(['q', 'integration', 'kind'])
  const { values: opened } = useFilters(['open'])
  const answer = useApi('GET /deployments', {}, { poll: 5000 })
  const all: Deployed[] = [
    ...(answer.data?.syncs ?? []).map((sync) => ({ kind: 'sync' as const, path: pathOf(sync), sync })),
    ...(answer.data?.actions ?? []).map((action) => ({
      kind: action.event ? ('event' as const) : ('action' as const),
      ...{ path: pathOf(action), action },
    })),
  ]
  const open = opened.open === '' ? undefined : all.find(({ path }) => path === opened.open)
  if (open) return <OneFunction deployed={open} />

  const { q, integration, kind } = filters.values
  const rows = all.filter(
    (it) =>
      (integration === '' || factsOf(it).provider_config_key === integration) &&
      (kind === '' || it.kind === kind) &&
      `${it.path}\n${factsOf(it).description}\n${it.sync?.models.join() ?? ''}`
        .toLowerCase()
        .includes(q.toLowerCase()),
  )
  const integrations = [...new Set(all.map((it) => factsOf(it).provider_config_key))]
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ name: 'q', placeholder: 'Search functions and models' }}
        choices={[
          { name: 'integration', label: 'Integration', options: integrations },
          {
            name: 'kind',
            label: 'Kind',
            options: Object.entries(kinds).map(([value, label]) => ({ value, label })),
          },
        ]}
      >
        <span>{countOf(rows.length, 'function')}</span>
      </FilterBar>
      <DataTable
        label="Functions"
        columns={columns}
        rows={rows}
        rowKey={({ path, kind }) => `${kind} ${path}`}
        hrefOf={({ path }) => settingsPath(environment, 'functions', { open: path })}
        paging={paging(answer)}
        empty={
          all.length > 0 ? (
            <Empty title="No function fits these filters">Clear the filters to see all.</Empty>
          ) : (
            <Empty title="Nothing is deployed yet">
              <p>Functions are deployed from a folder on your machine:</p>
              <CliLine words={['deploy', '.']} />
            </Empty>
          )
        }
      />
    </>
  )
}

function OneFunction({ deployed }: { deployed: Deployed }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const [asks, setAsks] = useState(false)
  const remove = useAction('DELETE /deployments/:name')
  const { path, kind, sync, action } = deployed
  const { provider_config_key: integration, name, version, description, deployed_at } = factsOf(deployed)
  const list = settingsPath(environment, 'functions')
  const links = { integration, sync: name }
  return (
    <OpenItem
      title={path}
      list={list}
      back="Functions"
      actions={
        <ActionButton
          scope="deploy"
          color="red"
          c="var(--bad)"
          variant="subtle"
          onClick={() => setAsks(true)}
        >
          Remove…
        </ActionButton>
      }
    >
      {description && <p dir="auto">{description}</p>}
      <Facts
        rows={[
          ['Kind', kinds[kind]],
          ['Version', version],
          ['Deployed', <Time key="d" at={deployed_at} />],
          [
            'Integration',
            <PathLink key="i" href={settingsPath(environment, 'integrations', { open: integration })}>
              {integration}
            </PathLink>,
          ],
          ...(sync ? syncFacts(sync) : []),
          ...(action?.event ? ([['Runs at', action.event]] as [string, string][]) : []),
        ]}
      />
      {sync && (
        <p>
          <PathLink href={paths.syncs(environment, links)}>Its schedules</PathLink> ·{' '}
          <PathLink href={paths.runs(environment, links)}>its runs</PathLink> ·{' '}
          <PathLink href={paths.errors(environment, links)}>its errors</PathLink>
        </p>
      )}
      {action && !action.event && (
        <>
          <Section title="Input">
            <JsonText value={action.input_schema} label="Input schema" />
          </Section>
          <Section title="Output">
            <JsonText value={action.output_schema} label="Output schema" />
          </Section>
          <Section title="Call it">
            <CliLine words={['action', path, '<connection>', '--input', '{}']} />
          </Section>
        </>
      )}
      {asks && (
        <Confirm
          title={`Remove ${path}?`}
          action="Remove"
          danger
          typed={name}
          cli={['undeploy', path]}
          onConfirm={async () => {
            await remove.mutateAsync({ params: { name }, query: { provider_config_key: integration } })
            notify(`Removed ${path}`)
            openPath(list)
          }}
          onClose={() => setAsks(false)}
        >
          <p>
            {sync
              ? 'Its schedules on all connections and their records go with it. It can not be undone.'
              : 'Nobody can call it any more.'}
          </p>
        </Confirm>
      )}
    </OpenItem>
  )
}

function syncFacts(sync: DeployedSync): [string, string][] {
  return [
    ['Runs', sync.frequency],
    ['Models', sync.models.join(', ')],
    ['Fresh for', sync.fresh ?? 'twice its interval'],
    ['New connections', sync.auto_start ? 'start by themselves' : 'wait for a start'],
    ['When a slot comes while it runs', sync.overlap.replaceAll('_', ' ')],
    ['Runs at a time', sync.concurrency === null ? 'no limit of its own' : countText(sync.concurrency)],
    ['Retries', countText(sync.retries)],
    [
      'Paused after failures',
      sync.pause_after_failures === null ? 'never' : countText(sync.pause_after_failures),
    ],
  ]
}

const pathOf = ({ provider_config_key, name }: { provider_config_key: string; name: string }): string =>
  `${provider_config_key}/${name}`
