import { Button, TextInput } from '@mantine/core'
import type { User } from '@syncline/api'
import { useState } from 'react'
import type { RequestOf } from '../api/call.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { Confirm } from '../parts/confirm.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { notify } from '../parts/notices.tsx'
import { Time } from '../parts/time.tsx'
import { AdminOnly } from './admin-only.tsx'
import { EditUser } from './edit-user.tsx'
import { Columns, Form, Group, SaveBar, SecretField } from './form-parts.tsx'
import { userCreateLine, userDeleteLine, userPasswordLine } from './lines.ts'
import { paging } from './list-state.ts'
import { ScopeChoice } from './scope-choice.tsx'
import { type KeyScope, scopeNames } from './scopes.ts'
import styles from './settings.module.css'
import { useForm } from './use-form.ts'

/** People who log in to the dashboard with a password, and what each may do. */
export function UsersTab() {
  return (
    <AdminOnly what="Users">
      <Users />
    </AdminOnly>
  )
}

function Users() {
  const environment = useEnvironment()
  const [edited, setEdited] = useState<User>()
  const [changes, setChanges] = useState<string>()
  const [doomed, setDoomed] = useState<string>()
  const request = { params: { environment } }
  const answer = useApi('GET /environments/:environment/users', request, { admin: true, poll: 5000 })
  const remove = useAction('DELETE /environments/:environment/users/:name', { admin: true })
  const columns: Column<User>[] = [
    { id: 'name', title: 'Name', width: 'minmax(160px, 1.4fr)', cell: ({ name }) => <b>{name}</b> },
    { id: 'scopes', title: 'May', width: 'minmax(160px, 1.4fr)', cell: ({ scopes }) => mayText(scopes) },
    {
      id: 'used',
      title: 'Was here',
      width: '110px',
      cell: ({ last_used_at }) => <Time at={last_used_at} none="never" />,
    },
    { id: 'made', title: 'Made', width: '110px', cell: ({ created_at }) => <Time at={created_at} /> },
    {
      id: 'actions',
      title: 'Actions',
      width: '236px',
      align: 'end',
      cell: (user) => (
        <span className={styles.rowActions}>
          <Button size="compact-xs" variant="default" onClick={() => setEdited(user)}>
            Edit
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setChanges(user.name)}>
            New password
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setDoomed(user.name)}>
            Delete
          </Button>
        </span>
      ),
    },
  ]
  return (
    <>
      <DataTable
        label="Users"
        columns={columns}
        rows={answer.data?.users ?? []}
        rowKey={({ name }) => name}
        paging={paging(answer)}
        height={420}
        empty={<Empty title="No user yet">Make one below: then people log in without an API key.</Empty>}
      />
      <NewUser />
      {edited && <EditUser user={edited} onClose={() => setEdited(undefined)} />}
      {changes !== undefined && <NewPassword name={changes} onClose={() => setChanges(undefined)} />}
      {doomed !== undefined && (
        <Confirm
          title={`Delete user ${doomed}?`}
          action="Delete"
          danger
          cli={userDeleteLine(environment, doomed)}
          onConfirm={() => remove.mutateAsync({ params: { environment, name: doomed } })}
          onClose={() => setDoomed(undefined)}
        >
          <p>Sessions of the user end at their next request.</p>
        </Confirm>
      )}
    </>
  )
}

function NewUser() {
  const environment = useEnvironment()
  const create = useAction('POST /environments/:environment/users', { admin: true })
  const empty = { name: '', password: '', scopes: ['read'] as KeyScope[] }
  const form = useForm(empty, ['name', 'password', 'scopes'])
  const { name, password, scopes } = form.values
  const body: RequestOf<'POST /environments/:environment/users'>['body'] = { name, password, scopes }
  const submit = () =>
    create.mutate(
      { params: { environment }, body },
      {
        onSuccess: () => {
          notify(`Made user ${name}`)
          form.setAll(empty)
          form.setProblems({})
        },
        onError: form.fail,
      },
    )
  return (
    <Form label="New user" onSubmit={submit}>
      <Group title="New user">
        <Columns>
          <TextInput label="Name" placeholder="ann@acme.example" autoComplete="off" {...form.text('name')} />
          <SecretField label="Password" description="12 characters at least" {...form.text('password')} />
        </Columns>
        <ScopeChoice
          scopes={scopes}
          error={form.problems.scopes}
          onChange={(next) => form.set('scopes', next)}
        />
      </Group>
      <SaveBar
        scope="admin"
        action="Make user"
        busy={create.isPending}
        error={form.error}
        {...(name !== '' && { cli: userCreateLine(environment, name, scopes) })}
      />
    </Form>
  )
}

function NewPassword({ name, onClose }: { name: string; onClose: () => void }) {
  const environment = useEnvironment()
  const [password, setPassword] = useState('')
  const set = useAction('PUT /environments/:environment/users/:name/password', { admin: true })
  return (
    <Confirm
      title={`New password of ${name}`}
      action="Set password"
      disabled={password === ''}
      cli={userPasswordLine(environment, name)}
      onConfirm={async () => {
        await set.mutateAsync({ params: { environment, name }, body: { password } })
        notify(`${name} has a new password`)
      }}
      onClose={onClose}
    >
      <SecretField
        label="Password"
        description="12 characters at least. Sessions of the user end at their next request."
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
    </Confirm>
  )
}

const mayText = (scopes: readonly string[]): string =>
  scopes.length === scopeNames.length ? 'everything' : scopes.join(', ')
