import { Empty } from '../parts/empty.tsx'
import { Screen } from '../parts/screen.tsx'

export function ScheduleScreen() {
  return (
    <Screen title="Schedule">
      <Empty title="Nothing here yet" />
    </Screen>
  )
}
