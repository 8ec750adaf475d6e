import { TextInput } from '@mantine/core'
import type { Integration } from '@syncline/api'
import { useState } from 'react'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { notify } from '../parts/notices.tsx'
import { countText } from '../parts/number-text.ts'
import { PathLink, useOpenPath } from '../parts/path-link.tsx'
import { Facts } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { Columns, Form, Group, More, SaveBar } from './form-parts.tsx'
import { AppFields, IntegrationFields } from './integration-fields.tsx'
import { integrationFields, integrationForm, updateBody } from './integration-form.ts'
import { integrationDeleteLine, integrationUpdateLine } from './lines.ts'
import { OpenItem } from './open-item.tsx'
import { ReadApp } from './read-app.tsx'
import { settingsPath } from './settings-path.ts'
import { useForm } from './use-form.ts'
import { Verify } from './verify.tsx'

/** One integration: what is known of it, and the form that changes it. */
export function EditIntegration({ uniqueKey }: { uniqueKey: string }) {
  const environment = useEnvironment()
  const answer = useApi('GET /integrations/:uniqueKey', { params: { uniqueKey } }, { poll: false })
  const list = settingsPath(environment, 'integrations')
  return (
    <OpenItem title={uniqueKey} list={list} back="Integrations">
      {answer.error && <ErrorBox error={answer.error} what="This integration could not be loaded" />}
      {/* After a change the form begins anew with what is stored. */}
      {answer.data && <Loaded key={answer.data.data.updated_at} integration={answer.data.data} />}
    </OpenItem>
  )
}

function Loaded({ integration }: { integration: Integration }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const { unique_key, provider } = integration
  const [before] = useState(() => integrationForm(integration))
  const form = useForm(before, integrationFields)
  const update = useAction('PATCH /integrations/:uniqueKey')
  const read = updateBody(before, form.values)
  const changed = 'body' in read ? Object.keys(read.body) : []

  const submit = () => {
    if ('problems' in read) return form.setProblems(read.problems)
    if (changed.length === 0) return
    update.mutate(
      { params: { uniqueKey: unique_key }, body: read.body },
      {
        onSuccess: () => {
          notify(`Changed integration ${unique_key}`)
          const key = form.values.unique_key
          if (key !== unique_key) openPath(settingsPath(environment, 'integrations', { open: key }))
        },
        onError: form.fail,
      },
    )
  }
  return (
    <>
      <Facts
        rows={[
          [
            'Provider',
            <PathLink key="p" href={settingsPath(environment, 'providers', { open: provider })}>
              {provider}
            </PathLink>,
          ],
          ['Connections', <ConnectionsLink key="c" integration={unique_key} />],
          ['Made', <Time key="m" at={integration.created_at} />],
          ['Changed', <Time key="u" at={integration.updated_at} />],
        ]}
      />
      <Verify integration={unique_key} />
      <Form label={`Integration ${unique_key}`} onSubmit={submit}>
        <Group title="Names">
          <Columns>
            <TextInput
              label="Key"
              description="It can be changed while no sync is deployed for it."
              {...form.text('unique_key')}
            />
            <TextInput label="Name for people" {...form.text('display_name')} />
          </Columns>
        </Group>
        <IntegrationFields form={form} />
        <More
          title="Your app at the vendor: client id and secret"
          open={Object.keys(form.problems).some((name) => name.startsWith('credentials'))}
        >
          <ReadApp integration={unique_key} />
          <AppFields form={form} />
        </More>
        <SaveBar
          scope="deploy"
          sticky
          action="Save changes"
          busy={update.isPending}
          disabled={'body' in read && changed.length === 0}
          error={form.error}
          beside={changed.length === 0 ? 'Nothing is changed.' : `Changes ${changed.join(', ')}.`}
          {...('body' in read && changed.length > 0 && { cli: integrationUpdateLine(unique_key, read.body) })}
        />
      </Form>
      <DeleteIntegration uniqueKey={unique_key} />
    </>
  )
}

function ConnectionsLink({ integration }: { integration: string }) {
  const environment = useEnvironment()
  return <PathLink href={settingsPath(environment, 'connections', { integration })}>its connections</PathLink>
}

function DeleteIntegration({ uniqueKey }: { uniqueKey: string }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const [asks, setAsks] = useState(false)
  const remove = useAction('DELETE /integrations/:uniqueKey')
  return (
    <div>
      <ActionButton scope="deploy" color="red" c="var(--bad)" variant="subtle" onClick={() => setAsks(true)}>
        Delete this integration…
      </ActionButton>
      {asks && (
        <Confirm
          title={`Delete integration ${uniqueKey}?`}
          action="Delete"
          danger
          typed={uniqueKey}
          cli={integrationDeleteLine(uniqueKey)}
          onConfirm={async () => {
            await remove.mutateAsync({ params: { uniqueKey } })
            openPath(settingsPath(environment, 'integrations'))
          }}
          onClose={() => setAsks(false)}
        >
          <WhatGoes integration={uniqueKey} />
        </Confirm>
      )}
    </div>
  )
}

/** What a deletion takes with it. */
function WhatGoes({ integration }: { integration: string }) {
  const functions = useApi('GET /deployments', {}, { poll: false }).data
  const connections = useApi(
    'GET /connections',
    { query: { integrationId: integration, limit: 1001 } },
    { poll: false },
  ).data
  const count = (many: number | undefined, max = Number.POSITIVE_INFINITY) =>
    many === undefined ? 'its' : many > max ? `more than ${countText(max)}` : countText(many)
  const own = <T extends { provider_config_key: string }>(all: T[] | undefined) =>
    all?.filter((it) => it.provider_config_key === integration).length
  return (
    <p>
      {count(connections?.connections.length, 1000)} connections, {count(own(functions?.syncs))} syncs with
      all their schedules and records, and {count(own(functions?.actions))} actions go with it. It can not be
      undone.
    </p>
  )
}
