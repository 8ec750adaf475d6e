import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function SettingsScreen() {
  return (
    <Screen title="Settings">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
