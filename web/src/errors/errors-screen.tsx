import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function ErrorsScreen() {
  return (
    <Screen title="Errors">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
