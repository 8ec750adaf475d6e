import type { Connection } from './entities.ts'
import type { ExpectedSchedule } from './expected-schedules.ts'
import { allTags, hasTags } from './tags.ts'

/** What a list of schedules is searched for, of what the catalog knows. */
export interface ScheduleSearch {
  /** Of the connection; all of them have to match. */
  tags: Record<string, string>
  /** Of the deployed sync; '' = any. */
  version: string
  /** Text that a name or the value of a tag contains, in any case; '' = any. */
  q: string
}

/** What `search` lets through, of a variant of each. */
export function searchBy({ tags, version, q }: ScheduleSearch) {
  const text = q.toLowerCase()
  return ({ connection, sync }: ExpectedSchedule, variant: string): boolean =>
    (version === '' || sync.version === version) &&
    hasTags(connection, tags) &&
    (text === '' ||
      textOf(connection).includes(text) ||
      sync.name.toLowerCase().includes(text) ||
      variant.toLowerCase().includes(text))
}

/** A connection that changes is another object. */
const texts = new WeakMap<Connection, string>()

/** No text that is searched for has the character between its parts. */
function textOf(connection: Connection): string {
  const known = texts.get(connection)
  if (known !== undefined) return known
  const parts = [connection.integration, connection.id, ...allTags(connection).values()]
  const text = parts.join('\0').toLowerCase()
  texts.set(connection, text)
  return text
}
