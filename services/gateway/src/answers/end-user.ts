import type { Connection as Answer } from '@syncline/api'
import { allTags, type Connection, type EndUser } from '@syncline/catalog'

interface Input {
  id: string
  email?: string | undefined
  display_name?: string | undefined
  tags?: Record<string, string> | undefined
  organization?: { id: string; display_name?: string | undefined } | undefined
}

/** As the catalog has it. */
export function endUserOf({ id, email, display_name, tags, organization }: Input): EndUser {
  return {
    id,
    email,
    displayName: display_name,
    tags,
    organization: organization && { id: organization.id, displayName: organization.display_name },
  }
}

/** Of what was given as end user or as tags `end_user_…`; null if neither was. */
export function endUserAnswer(connection: Connection): Answer['end_user'] {
  const all = allTags(connection)
  const id = connection.endUser?.id ?? all.get('end_user_id')
  if (id === undefined) return null
  const organization = all.get('organization_id')
  return {
    id,
    email: all.get('end_user_email') ?? null,
    display_name: all.get('end_user_display_name') ?? null,
    tags: connection.endUser?.tags ?? null,
    organization:
      organization === undefined
        ? null
        : { id: organization, display_name: all.get('organization_display_name') ?? null },
  }
}
