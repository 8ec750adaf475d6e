import type { Schedule } from '@syncline/api'
import { useMemo, useState } from 'react'
import { useEnvironment } from '../api/session.ts'
import { useFilters } from '../api/use-filters.ts'
import { usePages } from '../api/use-pages.ts'
import { DataTable } from '../parts/data-table.tsx'
import { useKeys } from '../parts/keys.ts'
import { countOf } from '../parts/number-text.ts'
import { Screen } from '../parts/screen.tsx'
import { ActivityDays, useActivityDays } from './activity-days.tsx'
import { BulkBar } from './bulk-bar.tsx'
import { columnsOf } from './columns.tsx'
import { NoSchedules } from './no-schedules.tsx'
import { ReasonChips } from './reason-chips.tsx'
import { schedulePath } from './schedule-link.tsx'
import { filterOf, names, nextSort, sortOf, sorts, tagsOf, tagsText } from './syncs-filter.ts'
import { SyncsFilters } from './syncs-filters.tsx'

const PAGE = '100'

/** The fleet: one row for each schedule of the environment. */
export function SyncsScreen() {
  const environment = useEnvironment()
  const filters = useFilters(names)
  const search = filters.values
  const filter = filterOf(search)
  const sort = sortOf(search)
  const pages = usePages(
    'GET /schedules',
    { query: { ...filter, ...sort, limit: PAGE } },
    (page) => page.schedules,
  )
  const [selected, setSelected] = useState<ReadonlySet<string>>(nothing)
  const [isAll, setAll] = useState(false)
  const [days, onRange] = useActivityDays(pages.rows)
  const total = pages.first?.total ?? 0

  const filterKey = JSON.stringify(filter)
  const [selectedOf, setSelectedOf] = useState(filterKey)
  // What was chosen was chosen in another list.
  if (selectedOf !== filterKey) {
    setSelectedOf(filterKey)
    setSelected(nothing)
    setAll(false)
  }
  const clear = () => {
    setSelected(nothing)
    setAll(false)
  }
  useKeys({ Escape: clear })

  // All rows that are loaded show as selected while all are.
  const keys = useMemo(
    () => (isAll ? new Set(pages.rows.map(keyOf)) : selected),
    [isAll, selected, pages.rows],
  )
  const addTag = useMemo(
    () => (name: string, value: string) =>
      filters.set({ tags: tagsText({ ...tagsOf(search), [name]: value }) }),
    [filters.set, search.tags],
  )
  const columns = useMemo(() => columnsOf(addTag), [addTag])
  return (
    <Screen title="Syncs">
      <ReasonChips filters={filters} />
      <SyncsFilters filters={filters}>
        <span>{countOf(total, 'schedule')}</span>
      </SyncsFilters>
      <ActivityDays.Provider value={days}>
        <DataTable<Schedule>
          label="Schedules"
          columns={columns}
          rows={pages.rows}
          rowKey={keyOf}
          hrefOf={(schedule) => schedulePath(environment, schedule)}
          sort={{
            by: sort.sort ?? '',
            order: sort.order ?? 'asc',
            change: (by) => filters.set(nextSort(search, sorts.find((name) => name === by) ?? 'place')),
          }}
          selection={{
            keys,
            change: (next) => {
              setAll(false)
              setSelected(next)
            },
          }}
          paging={{
            ...pages,
            onRange: (first, last) => {
              pages.onRange(first, last)
              onRange(first, last)
            },
          }}
          empty={<NoSchedules filters={filters} />}
        />
      </ActivityDays.Provider>
      {(isAll || selected.size > 0) && (
        <BulkBar
          filter={filter}
          target={isAll ? { kind: 'all', count: total } : { kind: 'some', ids: [...selected] }}
          total={total}
          rows={pages.rows}
          onAll={() => setAll(true)}
          onClear={clear}
        />
      )}
    </Screen>
  )
}

const nothing: ReadonlySet<string> = new Set()

/** While the scheduler is away schedules have no ids: then the names tell them apart, and nothing can be done with them anyway. */
const keyOf = ({ id, provider_config_key, connection_id, name, variant }: Schedule): string =>
  id ?? JSON.stringify([provider_config_key, connection_id, name, variant])
