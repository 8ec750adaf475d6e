import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function RunScreen() {
  return (
    <Screen title="Run">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
