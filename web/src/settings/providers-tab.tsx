import { useState } from 'react'
import type { AnswerOf } from '../api/call.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { useFilters } from '../api/use-filters.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Badge } from '../parts/badge.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { FilterBar } from '../parts/filter-bar.tsx'
import { JsonText } from '../parts/json-text.tsx'
import { notify } from '../parts/notices.tsx'
import { countOf } from '../parts/number-text.ts'
import { PathLink, useOpenPath } from '../parts/path-link.tsx'
import { Facts, Section } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { ItemLink } from './item-link.tsx'
import { paging } from './list-state.ts'
import { OpenItem } from './open-item.tsx'
import { settingsPath } from './settings-path.ts'

type Provider = AnswerOf<'GET /providers'>['data'][number]

const sources = { deployed: 'yours', first_party: 'comes with Syncline' }

const columns: Column<Provider>[] = [
  {
    id: 'name',
    title: 'Name',
    width: 'minmax(140px, 1fr)',
    cell: ({ name }) => <ItemLink tab="providers" search={{ open: name }} text={name} />,
  },
  { id: 'display', title: 'API', width: 'minmax(140px, 1fr)', cell: ({ display_name }) => display_name },
  {
    id: 'source',
    title: 'From',
    width: '160px',
    cell: ({ source }) => <Badge tone={source === 'deployed' ? 'info' : 'quiet'}>{sources[source]}</Badge>,
  },
  { id: 'auth', title: 'Auth', width: '140px', cell: ({ auth }) => auth.replaceAll('_', ' ') },
  { id: 'url', title: 'Base URL', width: 'minmax(200px, 2fr)', cell: ({ base_url }) => base_url },
]

/** How to reach external APIs, as data: what comes with Syncline, and what the environment has deployed. */
export function ProvidersTab() {
  const environment = useEnvironment()
  const filters = useFilters(['q', 'source'])
  const { values } = useFilters(['open'])
  const answer = useApi('GET /providers', {}, { poll: 10_000 })
  if (values.open !== '') return <OneProvider name={values.open} />
  const { q, source } = filters.values
  const rows = (answer.data?.data ?? []).filter(
    (it) =>
      (source === '' || it.source === source) &&
      `${it.name}\n${it.display_name}`.toLowerCase().includes(q.toLowerCase()),
  )
  return (
    <>
      <FilterBar
        filters={filters}
        search={{ name: 'q', placeholder: 'Search providers' }}
        choices={[
          {
            ...{ name: 'source', label: 'From' },
            options: Object.entries(sources).map(([value, label]) => ({ value, label })),
          },
        ]}
      >
        <span>{countOf(rows.length, 'provider')}</span>
      </FilterBar>
      <DataTable
        label="Providers"
        columns={columns}
        rows={rows}
        rowKey={({ name }) => name}
        hrefOf={({ name }) => settingsPath(environment, 'providers', { open: name })}
        paging={paging(answer)}
        empty={
          <Empty title="No provider fits">
            <p>Any API can be described in a provider file, and deployed with</p>
            <CliLine words={['provider', 'deploy', 'providers/acme.yaml']} />
          </Empty>
        }
      />
    </>
  )
}

function OneProvider({ name }: { name: string }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const [asks, setAsks] = useState(false)
  const answer = useApi('GET /providers/:name', { params: { name } }, { poll: false })
  const remove = useAction('DELETE /providers/:name')
  const provider = answer.data?.data
  const list = settingsPath(environment, 'providers')
  const make = settingsPath(environment, 'integrations', { new: 'yes', provider: name })
  return (
    <OpenItem
      title={provider?.display_name ?? name}
      list={list}
      back="Providers"
      actions={
        <>
          <ActionButton scope="deploy" variant="filled" onClick={() => openPath(make)}>
            Make an integration
          </ActionButton>
          {provider?.source === 'deployed' && (
            <ActionButton
              scope="deploy"
              color="red"
              c="var(--bad)"
              variant="subtle"
              onClick={() => setAsks(true)}
            >
              Delete…
            </ActionButton>
          )}
        </>
      }
    >
      {answer.error && !provider && (
        <ErrorBox error={answer.error} what="This provider could not be loaded" />
      )}
      {provider && (
        <>
          <Facts
            rows={[
              ['Name', provider.name],
              ['From', sources[provider.source]],
              ['Base URL', provider.base_url],
              ['Auth', provider.auth?.type.replaceAll('_', ' ') ?? 'none'],
              ['Extends', provider.extends ?? '–'],
              ...(provider.deployed_at
                ? ([['Deployed', <Time key="d" at={provider.deployed_at} />]] as [string, JSX][])
                : []),
              [
                'Vendor',
                <a key="v" href={provider.docs} rel="noreferrer" target="_blank">
                  its documentation
                </a>,
              ],
              [
                'Integrations',
                provider.integrations.length === 0
                  ? 'none'
                  : provider.integrations.map((key, i) => (
                      <span key={key}>
                        {i > 0 && ', '}
                        <PathLink href={settingsPath(environment, 'integrations', { open: key })}>
                          {key}
                        </PathLink>
                      </span>
                    )),
              ],
            ]}
          />
          <Section title="Settings">
            <JsonText value={settingsOf(provider)} label="Settings" />
          </Section>
        </>
      )}
      {asks && (
        <Confirm
          title={`Delete provider ${name}?`}
          action="Delete"
          danger
          cli={['provider', 'delete', name]}
          onConfirm={async () => {
            await remove.mutateAsync({ params: { name } })
            notify(`Deleted provider ${name}`)
            openPath(list)
          }}
          onClose={() => setAsks(false)}
        >
          <p>It is refused while an integration or another provider needs it.</p>
        </Confirm>
      )}
    </OpenItem>
  )
}

type JSX = ReturnType<typeof Time>

/** How requests are made, without what is shown above. */
function settingsOf(provider: AnswerOf<'GET /providers/:name'>['data']): object {
  const { base_url, auth, headers, allowed_hosts, pagination, retry, budget, verify, connection_config } =
    provider
  return { base_url, auth, headers, allowed_hosts, pagination, retry, budget, verify, connection_config }
}
