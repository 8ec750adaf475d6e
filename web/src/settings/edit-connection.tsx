import { Button, TextInput } from '@mantine/core'
import type { Connection, ConnectionSummary } from '@syncline/api'
import { useState } from 'react'
import { call } from '../api/call.ts'
import { paths } from '../api/paths.ts'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { ActionButton } from '../parts/action-button.tsx'
import { Badge } from '../parts/badge.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { JsonText } from '../parts/json-text.tsx'
import { notify } from '../parts/notices.tsx'
import { countText } from '../parts/number-text.ts'
import { PathLink, useOpenPath } from '../parts/path-link.tsx'
import { Facts } from '../parts/screen.tsx'
import { Time } from '../parts/time.tsx'
import { detailsBody, detailsOf, metadataText } from './connection-form.ts'
import { Form, Group, JsonField, Pairs, SaveBar } from './form-parts.tsx'
import { readJsonObject } from './json-text.ts'
import { connectionDeleteLine, connectionUpdateLine, metadataSetLine } from './lines.ts'
import { EndUserFields } from './new-connection.tsx'
import { OpenItem } from './open-item.tsx'
import styles from './settings.module.css'
import { settingsPath } from './settings-path.ts'
import { useForm } from './use-form.ts'
import { Verify } from './verify.tsx'

interface Which {
  integration: string
  connection: string
}

/** One connection. It is read from the list, which has no credentials: these are asked for only when somebody wants to see them. */
export function EditConnection({ integration, connection }: Which) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const answer = useApi(
    'GET /connections',
    { query: { connectionId: connection, integrationId: integration, limit: 1 } },
    { poll: 5000 },
  )
  const one = answer.data?.connections[0]
  return (
    <OpenItem
      title={connection}
      list={settingsPath(environment, 'connections', { integration })}
      back={`Connections of ${integration}`}
      actions={
        one && (
          <>
            <ActionButton
              scope="operate"
              onClick={() =>
                openPath(settingsPath(environment, 'connections', { integration, reconnect: connection }))
              }
            >
              New credentials…
            </ActionButton>
            <DeleteConnection integration={integration} connection={connection} />
          </>
        )
      }
    >
      {answer.error && !one && <ErrorBox error={answer.error} what="This connection could not be loaded" />}
      {answer.data && !one && <Empty title={`There is no connection ${connection} of ${integration}`} />}
      {one && <Loaded summary={one} />}
    </OpenItem>
  )
}

function Loaded({ summary }: { summary: ConnectionSummary }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const { connection_id: connection, provider_config_key: integration, needs_reauth } = summary
  const which = { integration, connection }
  const reconnect = settingsPath(environment, 'connections', { integration, reconnect: connection })
  return (
    <>
      <Facts
        rows={[
          [
            'Credentials',
            needs_reauth ? (
              <Badge key="c" tone="bad">
                needs credentials
              </Badge>
            ) : (
              <Badge key="c" tone="good">
                in use
              </Badge>
            ),
          ],
          [
            'Integration',
            <PathLink key="i" href={settingsPath(environment, 'integrations', { open: integration })}>
              {integration}
            </PathLink>,
          ],
          [
            'Syncs',
            <PathLink key="s" href={paths.syncs(environment, { integration, q: connection })}>
              its schedules
            </PathLink>,
          ],
          [
            'Runs',
            <PathLink key="r" href={paths.runs(environment, { integration, connection })}>
              its runs
            </PathLink>,
          ],
          [
            'Records',
            <PathLink key="d" href={paths.records(environment, { integration, connection })}>
              its records
            </PathLink>,
          ],
          ['Made', <Time key="t" at={summary.created} />],
        ]}
      />
      {needs_reauth && (
        <div className={styles.box} role="status">
          <h3 className={styles.boxTitle}>
            Its credentials were refused <Time at={needs_reauth.since} />
          </h3>
          <p className={styles.boxText} dir="auto">
            {needs_reauth.reason}
          </p>
          <div>
            <ActionButton scope="operate" variant="filled" onClick={() => openPath(reconnect)}>
              Give it new credentials
            </ActionButton>
          </div>
        </div>
      )}
      <Verify integration={integration} connection={connection} />
      <Metadata key={`m ${JSON.stringify(summary.metadata)}`} {...which} summary={summary} />
      <Details key={`d ${JSON.stringify([summary.tags, summary.end_user])}`} {...which} summary={summary} />
      <Credentials {...which} />
    </>
  )
}

function Metadata({ integration, connection, summary }: Which & { summary: ConnectionSummary }) {
  const [before] = useState(() => metadataText(summary))
  const form = useForm({ metadata: before }, ['metadata'])
  const save = useAction('POST /connections/metadata')
  const read = readJsonObject(form.values.metadata)
  const metadata = 'value' in read ? (read.value ?? {}) : undefined
  const submit = () => {
    if (metadata === undefined) return form.setProblems('problem' in read ? { metadata: read.problem } : {})
    save.mutate(
      { body: { provider_config_key: integration, connection_id: connection, metadata } },
      { onSuccess: () => notify('Changed the metadata'), onError: form.fail },
    )
  }
  return (
    <Form label="Metadata" onSubmit={submit}>
      <Group title="Metadata" hint="What your functions read with nango.getMetadata().">
        <JsonField label="As JSON" placeholder={'{"repo": "acme/shop"}'} {...form.text('metadata')} />
      </Group>
      <SaveBar
        scope="operate"
        action="Save metadata"
        busy={save.isPending}
        disabled={form.values.metadata === before}
        error={form.error}
        {...(metadata &&
          form.values.metadata !== before && { cli: metadataSetLine(integration, connection, metadata) })}
      />
    </Form>
  )
}

function Details({ integration, connection, summary }: Which & { summary: ConnectionSummary }) {
  const [before] = useState(() => detailsOf(summary))
  const form = useForm(before, [
    'tags',
    'end_user.id',
    'end_user.email',
    'end_user.display_name',
    'end_user.organization',
    'webhook_url_override',
  ])
  const update = useAction('PATCH /connections/:connectionId')
  const body = detailsBody(before, form.values)
  const submit = () => {
    if (Object.keys(body).length === 0) return
    update.mutate(
      { params: { connectionId: connection }, query: { provider_config_key: integration }, body },
      { onSuccess: () => notify(`Changed ${connection}`), onError: form.fail },
    )
  }
  return (
    <Form label="Tags and end user" onSubmit={submit}>
      <Group title="Tags and end user" hint="By these the lists of connections and syncs find it.">
        <Pairs
          label="Tags"
          add="Add a tag"
          pairs={form.values.tags}
          error={form.problems.tags}
          onChange={(tags) => form.set('tags', tags)}
        />
        <EndUserFields form={form} />
        <TextInput
          label="Webhook URL of its own"
          description="Where events about this connection go, instead of where all go. Type one to change it."
          placeholder="https://"
          {...form.text('webhookUrl', 'webhook_url_override')}
        />
      </Group>
      <SaveBar
        scope="operate"
        action="Save tags and end user"
        busy={update.isPending}
        disabled={Object.keys(body).length === 0}
        error={form.error}
        {...(Object.keys(body).length > 0 && { cli: connectionUpdateLine(integration, connection, body) })}
      />
    </Form>
  )
}

/** Credentials and config, read when somebody asks: to read them may renew the token, and counts as a read. */
function Credentials({ integration, connection }: Which) {
  const environment = useEnvironment()
  const [full, setFull] = useState<Connection>()
  const [error, setError] = useState<Error>()
  const show = async () => {
    try {
      const request = { params: { connectionId: connection }, query: { provider_config_key: integration } }
      setFull(await call(environment, 'GET /connections/:connectionId', request))
      setError(undefined)
    } catch (reason) {
      setError(reason instanceof Error ? reason : new Error(String(reason)))
    }
  }
  return (
    <Group
      title="Credentials and config"
      hint="They are read only when you ask for them. That may renew the token."
    >
      <div className={styles.row}>
        {full === undefined ? (
          <ActionButton scope="secrets" onClick={() => void show()}>
            Show credentials
          </ActionButton>
        ) : (
          <Button variant="default" onClick={() => setFull(undefined)}>
            Hide credentials
          </Button>
        )}
      </div>
      {error && <ErrorBox error={error} />}
      {full && (
        <>
          <Facts
            rows={[
              ['Changed', <Time key="u" at={full.updated_at} />],
              ['Read last', <Time key="f" at={full.last_fetched_at} none="never" />],
              [
                'Token ends',
                <Time key="e" at={full.token?.expires_at} none={full.token ? 'nobody knows' : '–'} />,
              ],
              ['Webhook URL', full.webhook_url_override ?? 'where all go'],
            ]}
          />
          <JsonText value={full.credentials} label="Credentials" />
          {full.token && <JsonText value={full.token} label="Token" />}
          {Object.keys(full.connection_config).length > 0 && (
            <JsonText value={full.connection_config} label="Config" />
          )}
        </>
      )}
    </Group>
  )
}

function DeleteConnection({ integration, connection }: Which) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const [asks, setAsks] = useState(false)
  const remove = useAction('DELETE /connections/:connectionId')
  return (
    <>
      <ActionButton scope="operate" color="red" c="var(--bad)" variant="subtle" onClick={() => setAsks(true)}>
        Delete…
      </ActionButton>
      {asks && (
        <Confirm
          title={`Delete connection ${connection}?`}
          action="Delete"
          danger
          typed={connection}
          cli={connectionDeleteLine(integration, connection)}
          onConfirm={async () => {
            const { on_events = [] } = await remove.mutateAsync({
              params: { connectionId: connection },
              query: { provider_config_key: integration },
            })
            const failed = on_events.filter(({ error }) => error !== null)
            notify(`Deleted connection ${connection}`)
            for (const { name, error } of failed) notify(`${name} failed: ${error}`, 'bad')
            openPath(settingsPath(environment, 'connections', { integration }))
          }}
          onClose={() => setAsks(false)}
        >
          <WhatGoes integration={integration} connection={connection} />
        </Confirm>
      )}
    </>
  )
}

function WhatGoes({ integration, connection }: Which) {
  const { data } = useApi(
    'GET /schedules',
    { query: { provider_config_key: integration, connection_id: connection } },
    { poll: false },
  )
  const records = data?.schedules.reduce(
    (sum, { recordCount }) => sum + Object.values(recordCount ?? {}).reduce((all, count) => all + count, 0),
    0,
  )
  const more = data?.next_cursor ? 'more than ' : ''
  return (
    <p>
      {data
        ? `${more}${countText(data.schedules.length)} schedules and ${more}${countText(records ?? 0)} records`
        : 'Its schedules and records'}{' '}
      go with it. It can not be undone.
    </p>
  )
}
