import { Empty } from '../parts/empty.tsx'
import { PathLink } from '../parts/path-link.tsx'

export function NotFoundScreen() {
  return (
    <main style={{ padding: 24, margin: 'auto', maxWidth: 520 }}>
      <Empty title="There is no such page">
        <p>
          <PathLink href="/">To the dashboard</PathLink>
        </p>
      </Empty>
    </main>
  )
}
