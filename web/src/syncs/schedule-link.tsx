import type { ReactNode } from 'react'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { PathLink } from '../parts/path-link.tsx'
import { fullName, type Place } from './command-lines.ts'

/** Leads to the screen of a schedule. */
export function ScheduleLink({ place, children }: { place: Place; children?: ReactNode }) {
  const environment = useEnvironment()
  return (
    <PathLink href={schedulePath(environment, place)} dir="auto">
      {children ?? fullName(place)}
    </PathLink>
  )
}

export const schedulePath = (
  environment: string,
  { provider_config_key, connection_id, name, variant }: Place,
) =>
  paths.schedule(environment, {
    integration: provider_config_key,
    connection: connection_id,
    sync: name,
    variant,
  })
