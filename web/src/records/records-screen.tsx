import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function RecordsScreen() {
  return (
    <Screen title="Records">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
