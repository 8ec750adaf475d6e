import { Button, Modal, PasswordInput, Group as Row, Select, Stack, TextInput } from '@mantine/core'
import type { Key } from '@syncline/api'
import { useState } from 'react'
import type { AnswerOf, RequestOf } from '../api/call.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { Badge } from '../parts/badge.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { CopyButton } from '../parts/copy-button.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { notify } from '../parts/notices.tsx'
import { Time } from '../parts/time.tsx'
import { AdminOnly } from './admin-only.tsx'
import { EditKey } from './edit-key.tsx'
import { Columns, Form, Group, SaveBar } from './form-parts.tsx'
import { endIn, keyEnds } from './key-ends.ts'
import { keyCreateLine, keyRevokeLine, keyRotateLine } from './lines.ts'
import { paging } from './list-state.ts'
import { ScopeChoice } from './scope-choice.tsx'
import { type KeyScope, scopeNames } from './scopes.ts'
import styles from './settings.module.css'
import { useForm } from './use-form.ts'

/** Keys of the environment: what each may do, when it was used last; make one, rotate it, revoke it. */
export function KeysTab() {
  return (
    <AdminOnly what="Keys">
      <Keys />
    </AdminOnly>
  )
}

type Made = AnswerOf<'POST /environments/:environment/keys'>

function Keys() {
  const environment = useEnvironment()
  const [made, setMade] = useState<Made>()
  const [changes, setChanges] = useState<Key>()
  const [rotates, setRotates] = useState<Key>()
  const [revokes, setRevokes] = useState<Key>()
  const answer = useApi(
    'GET /environments/:environment/keys',
    { params: { environment } },
    { admin: true, poll: 5000 },
  )
  const revoke = useAction('DELETE /environments/:environment/keys/:keyId', { admin: true })
  const columns: Column<Key>[] = [
    { id: 'label', title: 'Label', width: 'minmax(130px, 1.4fr)', cell: ({ label }) => <b>{label}</b> },
    {
      id: 'hint',
      title: 'Ends in',
      width: '110px',
      cell: ({ secrets }) => <code>{secrets.map(({ hint }) => `…${hint}`).join(' ')}</code>,
    },
    { id: 'scopes', title: 'May', width: 'minmax(160px, 1.4fr)', cell: mayText },
    {
      id: 'used',
      title: 'Used',
      width: '100px',
      cell: ({ last_used_at }) => <Time at={last_used_at} none="never" />,
    },
    {
      id: 'expires',
      title: 'Ends',
      width: '100px',
      cell: ({ expires_at }) => <Time at={expires_at} none="never" />,
    },
    { id: 'made', title: 'Made', width: '100px', cell: ({ created_at }) => <Time at={created_at} /> },
    {
      id: 'actions',
      title: 'Actions',
      width: '196px',
      align: 'end',
      cell: (key) => (
        <span className={styles.rowActions}>
          <Button size="compact-xs" variant="default" onClick={() => setChanges(key)}>
            Edit
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setRotates(key)}>
            Rotate
          </Button>
          <Button size="compact-xs" variant="default" onClick={() => setRevokes(key)}>
            Revoke
          </Button>
        </span>
      ),
    },
  ]
  return (
    <>
      <DataTable
        label="Keys"
        columns={columns}
        rows={answer.data?.keys ?? []}
        rowKey={({ id }) => id}
        paging={paging(answer)}
        height={420}
        empty={<Empty title="No key yet">Make one below: clients and the CLI need it.</Empty>}
      />
      <NewKey onMade={setMade} />
      {made && <Secret made={made} onClose={() => setMade(undefined)} />}
      {changes && <EditKey apiKey={changes} onClose={() => setChanges(undefined)} />}
      {rotates && <Rotate apiKey={rotates} onMade={setMade} onClose={() => setRotates(undefined)} />}
      {revokes && (
        <Confirm
          title={`Revoke key ${revokes.label}?`}
          action="Revoke"
          danger
          cli={keyRevokeLine(environment, revokes.id)}
          onConfirm={() => revoke.mutateAsync({ params: { environment, keyId: revokes.id } })}
          onClose={() => setRevokes(undefined)}
        >
          <p>Whoever uses it is refused at once. Rotate it instead if its clients need time.</p>
        </Confirm>
      )}
    </>
  )
}

function NewKey({ onMade }: { onMade: (made: Made) => void }) {
  const environment = useEnvironment()
  const create = useAction('POST /environments/:environment/keys', { admin: true })
  const form = useForm({ label: '', scopes: [...scopeNames] as KeyScope[], days: '' }, [
    'label',
    'scopes',
    'expires_at',
  ])
  const { label, scopes, days } = form.values
  const body: RequestOf<'POST /environments/:environment/keys'>['body'] = {
    label,
    ...(scopes.length < scopeNames.length && { scopes }),
    ...(days !== '' && { expires_at: endIn(days) }),
  }
  const submit = () => {
    if (label === '') return form.setProblems({ label: 'must not be empty' })
    create.mutate(
      { params: { environment }, body },
      {
        onSuccess: (made) => {
          onMade(made)
          form.setAll({ label: '', scopes: [...scopeNames], days: '' })
          form.setProblems({})
        },
        onError: form.fail,
      },
    )
  }
  return (
    <Form label="New key" onSubmit={submit}>
      <Group title="New key">
        <Columns>
          <TextInput label="Label" placeholder="backend of the shop" {...form.text('label')} />
          <Select
            label="Ends"
            data={keyEnds}
            value={days}
            allowDeselect={false}
            error={form.problems.expires_at}
            onChange={(value) => form.set('days', value ?? '')}
          />
        </Columns>
        <ScopeChoice
          scopes={scopes}
          error={form.problems.scopes}
          onChange={(next) => form.set('scopes', next)}
        />
      </Group>
      <SaveBar
        scope="admin"
        action="Make key"
        busy={create.isPending}
        error={form.error}
        {...(label !== '' && { cli: keyCreateLine(environment, body) })}
      />
    </Form>
  )
}

function Rotate({
  apiKey,
  onMade,
  onClose,
}: {
  apiKey: Key
  onMade: (made: Made) => void
  onClose: () => void
}) {
  const environment = useEnvironment()
  const [overlap, setOverlap] = useState('86400')
  const rotate = useAction('POST /environments/:environment/keys/:keyId/rotate', { admin: true })
  const seconds = Number(overlap)
  return (
    <Confirm
      title={`Give key ${apiKey.label} a new secret?`}
      action="Rotate"
      cli={keyRotateLine(environment, apiKey.id, seconds)}
      onConfirm={async () =>
        onMade(
          await rotate.mutateAsync({
            params: { environment, keyId: apiKey.id },
            body: { overlap_seconds: seconds },
          }),
        )
      }
      onClose={onClose}
    >
      <Select
        label="The secret that it has now works"
        data={[
          { value: '0', label: 'no longer' },
          { value: '3600', label: 'for an hour more' },
          { value: '86400', label: 'for a day more' },
          { value: '604800', label: 'for a week more' },
        ]}
        value={overlap}
        allowDeselect={false}
        onChange={(value) => setOverlap(value ?? '86400')}
      />
    </Confirm>
  )
}

/** A secret is shown once: the gateway stores its hash only. */
function Secret({ made, onClose }: { made: Made; onClose: () => void }) {
  return (
    <Modal opened onClose={onClose} title={`Key ${made.label}`} closeButtonProps={{ 'aria-label': 'Close' }}>
      <Stack gap="sm">
        <p>Keep its secret somewhere safe: it is shown this once, and only its hash is stored.</p>
        <Row gap="xs" wrap="nowrap">
          <PasswordInput
            aria-label="Secret"
            readOnly
            defaultVisible
            value={made.secret}
            style={{ flex: 1 }}
            onFocus={(event) => event.currentTarget.select()}
          />
          <CopyButton text={made.secret} label="Copy the secret" />
        </Row>
        <Row justify="flex-end">
          <Button
            onClick={() => {
              notify(`Key ${made.label} works`)
              onClose()
            }}
          >
            I have it
          </Button>
        </Row>
      </Stack>
    </Modal>
  )
}

function mayText({ scopes, connection }: Key) {
  if (connection)
    return <Badge tone="info">{`reads ${connection.provider_config_key}/${connection.connection_id}`}</Badge>
  return scopes.length === scopeNames.length ? 'everything' : scopes.join(', ')
}
