import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function SyncsScreen() {
  return (
    <Screen title="Syncs">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
