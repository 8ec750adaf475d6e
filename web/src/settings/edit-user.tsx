import type { User } from '@syncline/api'
import { useState } from 'react'
import { useEnvironment } from '../api/session.ts'
import { useAction } from '../api/use-api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { notify } from '../parts/notices.tsx'
import { userUpdateLine } from './lines.ts'
import { ScopeChoice } from './scope-choice.tsx'

/** What a user may do. The name is what the user logs in with, and stays. */
export function EditUser({ user, onClose }: { user: User; onClose: () => void }) {
  const environment = useEnvironment()
  const { name } = user
  const [scopes, setScopes] = useState(user.scopes)
  const update = useAction('PATCH /environments/:environment/users/:name', { admin: true })
  const isSame = scopes.join() === user.scopes.join()
  return (
    <Confirm
      title={`Edit user ${name}`}
      action="Save"
      disabled={isSame || scopes.length === 0}
      cli={isSame || scopes.length === 0 ? undefined : userUpdateLine(environment, name, scopes)}
      onConfirm={async () => {
        await update.mutateAsync({ params: { environment, name }, body: { scopes } })
        notify(`Changed user ${name}`)
      }}
      onClose={onClose}
    >
      <p>What the user may do counts from the next request on.</p>
      <ScopeChoice scopes={scopes} error={undefined} onChange={setScopes} />
    </Confirm>
  )
}
