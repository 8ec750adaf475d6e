import { UnstyledButton } from '@mantine/core'
import type { ReactNode } from 'react'
import { useApi } from '../api/use-api.ts'
import type { Filters } from '../api/use-filters.ts'
import { type Choice, FilterBar } from '../parts/filter-bar.tsx'
import { Icon } from '../parts/icon.tsx'
import { countText } from '../parts/number-text.ts'
import { filterOf, type names, tagsOf, tagsText } from './syncs-filter.ts'
import styles from './syncs-filters.module.css'

/** Choices grow old more slowly than rows. */
const POLL_MS = 5000

type Name = (typeof names)[number]

/** The filters of the fleet, with how many schedules each choice has. */
export function SyncsFilters({ filters, children }: { filters: Filters<Name>; children: ReactNode }) {
  const { values } = filters
  // What can be chosen among what search, tags and freshness leave.
  const query = filterOf({ ...values, integration: '', connection: '', sync: '', version: '', state: '' })
  const { data } = useApi('GET /schedules/counts', { query }, { keep: true, poll: POLL_MS })
  const syncs =
    data?.syncs.filter((it) => !values.integration || it.provider_config_key === values.integration) ?? []
  const choices: Choice<Name>[] = [
    {
      name: 'integration',
      label: 'Integration',
      options: (data?.integrations ?? []).map((it) =>
        option(it.provider_config_key, it.provider_config_key, it),
      ),
    },
    {
      name: 'sync',
      label: 'Sync',
      options: uniqueSyncs(syncs).map((it) => option(it.sync_name, it.sync_name, it)),
    },
    {
      name: 'version',
      label: 'Version',
      options: (data?.versions ?? []).map((it) => option(it.version, it.version || 'none', it)),
    },
    {
      name: 'state',
      label: 'State',
      options: (['started', 'paused', 'running', 'queued'] as const).map((value) => {
        const count = data?.[value]
        return { value, label: typeof count === 'number' ? `${value} · ${countText(count)}` : value }
      }),
    },
  ]
  const chosenTags = Object.entries(tagsOf(values))
  return (
    <FilterBar
      filters={filters}
      search={{ name: 'q', placeholder: 'Search integration, connection, sync, tag' }}
      choices={choices}
    >
      {values.connection && (
        <Chosen label={values.connection} onRemove={() => filters.set({ connection: '' })} />
      )}
      {chosenTags.map(([name, value]) => {
        const rest = Object.fromEntries(chosenTags.filter(([other]) => other !== name))
        return (
          <Chosen
            key={name}
            label={`${name}=${value}`}
            onRemove={() => filters.set({ tags: tagsText(rest) })}
          />
        )
      })}
      {children}
    </FilterBar>
  )
}

/** A filter that has no list to choose from. */
function Chosen({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <UnstyledButton className={styles.chosen} onClick={onRemove} aria-label={`Remove the filter ${label}`}>
      <span dir="auto">{label}</span>
      <Icon name="close" size={12} />
    </UnstyledButton>
  )
}

interface Counted {
  total: number
  stale: number
}

function option(value: string, label: string, { total, stale }: Counted) {
  return { value, label: `${label} · ${countText(total)}${stale > 0 ? ` (${countText(stale)} stale)` : ''}` }
}

/** Syncs of the same name in several integrations are one choice. */
function uniqueSyncs(syncs: ({ sync_name: string } & Counted)[]): ({ sync_name: string } & Counted)[] {
  const byName = new Map<string, { sync_name: string } & Counted>()
  for (const { sync_name, total, stale } of syncs) {
    const before = byName.get(sync_name)
    byName.set(sync_name, {
      sync_name,
      total: total + (before?.total ?? 0),
      stale: stale + (before?.stale ?? 0),
    })
  }
  return [...byName.values()]
}
