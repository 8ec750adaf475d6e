import { Button } from '@mantine/core'
import type { Filters } from '../api/use-filters.ts'
import { CliLine } from '../parts/cli-line.tsx'
import { Empty } from '../parts/empty.tsx'
import type { names } from './syncs-filter.ts'

/** Why the list is empty, and what to do. */
export function NoSchedules({ filters }: { filters: Filters<(typeof names)[number]> }) {
  if (filters.isFiltered)
    return (
      <Empty title="No schedule matches">
        <p>None of the schedules of this environment fits all filters.</p>
        <div>
          <Button variant="default" onClick={filters.clear}>
            Clear the filters
          </Button>
        </div>
      </Empty>
    )
  return (
    <Empty title="There is no schedule yet">
      <p>Each connection of an integration gets a schedule for each sync that is deployed.</p>
      <CliLine words={['deploy', 'my-syncs']} />
    </Empty>
  )
}
