import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { PathLink } from '../parts/path-link.tsx'

/** The runs of a schedule differ in their numbers, at the end of their ids. */
const shortOf = (id: string) => (id.includes('-') ? `…${id.slice(id.lastIndexOf('-'))}` : id)

/** The run that saved a version. */
export function RunLink({ id }: { id: string | null | undefined }) {
  const environment = useEnvironment()
  if (!id) return <span title="Not known any more">–</span>
  return (
    <PathLink href={paths.run(environment, id)} title={`Run ${id}`}>
      {shortOf(id)}
    </PathLink>
  )
}
