import { Empty } from '../parts/empty.tsx'

export function UsersTab() {
  return <Empty title="Nothing here yet" />
}
