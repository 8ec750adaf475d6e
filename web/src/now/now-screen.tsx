import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function NowScreen() {
  return (
    <Screen title="Now">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
