import { Button, Textarea, TextInput } from '@mantine/core'
import type { Variable } from '@syncline/api'
import { useState } from 'react'
import { useScopes } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton, missingScope } from '../parts/action-button.tsx'
import { CliLine } from '../parts/cli-line.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { type Column, DataTable } from '../parts/data-table.tsx'
import { Empty } from '../parts/empty.tsx'
import { notify } from '../parts/notices.tsx'
import { Form, Group, SaveBar } from './form-parts.tsx'
import { variableDeleteLine, variableSetLine } from './lines.ts'
import { paging } from './list-state.ts'
import styles from './settings.module.css'
import { useForm } from './use-form.ts'

/** What functions read with nango.getEnvironmentVariables(). Values stay hidden until somebody asks for one. */
export function VariablesTab() {
  const mayRead = useScopes().includes('secrets')
  const answer = useApi('GET /environment-variables', {}, { enabled: mayRead, poll: 5000 })
  const [shown, setShown] = useState<string>()
  const [doomed, setDoomed] = useState<string>()
  const remove = useAction('DELETE /environment-variables/:name')
  const columns: Column<Variable>[] = [
    {
      id: 'name',
      title: 'Name',
      width: 'minmax(180px, 1fr)',
      cell: ({ name }) => <b className={styles.mono}>{name}</b>,
    },
    {
      id: 'value',
      title: 'Value',
      width: 'minmax(180px, 2fr)',
      cell: ({ name, value }) => <span className={styles.mono}>{shown === name ? value : '••••••••'}</span>,
    },
    {
      id: 'actions',
      title: 'Actions',
      width: '150px',
      align: 'end',
      cell: ({ name }) => (
        <span className={styles.rowActions}>
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => setShown(shown === name ? undefined : name)}
          >
            {shown === name ? 'Hide' : 'Show'}
          </Button>
          <ActionButton scope="deploy" size="compact-xs" onClick={() => setDoomed(name)}>
            Delete
          </ActionButton>
        </span>
      ),
    },
  ]
  return (
    <>
      {mayRead ? (
        <DataTable
          label="Variables"
          columns={columns}
          rows={answer.data ?? []}
          rowKey={({ name }) => name}
          paging={paging(answer)}
          height={480}
          empty={
            <Empty title="No variable yet">
              <p>
                Functions read variables with nango.getEnvironmentVariables(). Set the first one below, or
                with
              </p>
              <CliLine words={['variable', 'set', 'REGION', 'eu']} />
            </Empty>
          }
        />
      ) : (
        <Empty title="The variables are not shown">
          {missingScope('secrets')}. You can still set one by its name.
        </Empty>
      )}
      <SetVariable />
      {doomed !== undefined && (
        <Confirm
          title={`Delete variable ${doomed}?`}
          action="Delete"
          danger
          cli={variableDeleteLine(doomed)}
          onConfirm={() => remove.mutateAsync({ params: { name: doomed } })}
          onClose={() => setDoomed(undefined)}
        >
          <p>Functions do not find it from their next run on.</p>
        </Confirm>
      )}
    </>
  )
}

function SetVariable() {
  const form = useForm({ name: '', value: '' }, ['name', 'value'])
  const save = useAction('PUT /environment-variables/:name')
  const { name, value } = form.values
  const submit = () => {
    if (name === '') return form.setProblems({ name: 'must not be empty' })
    save.mutate(
      { params: { name }, body: { value } },
      {
        onSuccess: () => {
          notify(`Set variable ${name}`)
          form.setAll({ name: '', value: '' })
          form.setProblems({})
        },
        onError: form.fail,
      },
    )
  }
  return (
    <Form label="Set a variable" onSubmit={submit}>
      <Group
        title="Set a variable"
        hint="One that exists gets another value. Runs that go on keep the one that they began with."
      >
        <TextInput label="Name" placeholder="REGION" spellCheck={false} {...form.text('name')} />
        <Textarea label="Value" autosize minRows={1} maxRows={8} spellCheck={false} {...form.text('value')} />
      </Group>
      <SaveBar
        scope="deploy"
        action="Set variable"
        busy={save.isPending}
        error={form.error}
        {...(name !== '' && { cli: variableSetLine(name) })}
      />
    </Form>
  )
}
