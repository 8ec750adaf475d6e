import type { Connection } from './entities.ts'

type Tagged = Pick<Connection, 'tags' | 'endUser'>

/** The tags of a connection, with those that follow from its end user. Their names have no case, and its own win. */
export function allTags({ tags, endUser }: Tagged): Map<string, string> {
  const all = new Map<string, string>()
  const add = (name: string, value: string | undefined) => {
    if (value !== undefined) all.set(name.toLowerCase(), value)
  }
  for (const [name, value] of Object.entries(endUser?.tags ?? {})) add(name, value)
  add('end_user_id', endUser?.id)
  add('end_user_email', endUser?.email)
  add('end_user_display_name', endUser?.displayName)
  add('organization_id', endUser?.organization?.id)
  add('organization_display_name', endUser?.organization?.displayName)
  for (const [name, value] of Object.entries(tags)) add(name, value)
  return all
}

/** Whether it has all of them. */
export function hasTags(connection: Tagged, wanted: Record<string, string>): boolean {
  const entries = Object.entries(wanted)
  if (entries.length === 0) return true
  const all = allTags(connection)
  return entries.every(([name, value]) => all.get(name.toLowerCase()) === value)
}
