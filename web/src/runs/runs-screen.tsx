import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function RunsScreen() {
  return (
    <Screen title="Runs">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
