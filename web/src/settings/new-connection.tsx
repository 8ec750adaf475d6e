import { Checkbox, Select, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { Empty } from '../parts/empty.tsx'
import { ErrorBox } from '../parts/error-box.tsx'
import { notify } from '../parts/notices.tsx'
import { PathLink, useOpenPath } from '../parts/path-link.tsx'
import { connectionBody, connectionFields, emptyConnection } from './connection-form.ts'
import { type CredentialForm, credentialForms } from './credential-forms.ts'
import { Columns, Form, Group, JsonField, More, Pairs, SaveBar, SecretField } from './form-parts.tsx'
import { connectionCreateLine } from './lines.ts'
import { OpenItem } from './open-item.tsx'
import { settingsPath } from './settings-path.ts'
import { useForm } from './use-form.ts'

interface Given {
  integration?: string
  /** It exists: it gets new credentials, and what the form leaves empty stays as it is. */
  connection?: string
}

/** Makes a connection, by the form that the auth of its integration wants; or gives one new credentials. */
export function NewConnection({ integration = '', connection }: Given) {
  const environment = useEnvironment()
  const answer = useApi('GET /integrations', {}, { poll: false })
  const [chosen, setChosen] = useState(integration)
  const integrations = answer.data?.data ?? []
  const one =
    integrations.find(({ unique_key }) => unique_key === chosen) ??
    (chosen === '' ? integrations[0] : undefined)
  const list = settingsPath(environment, 'connections', connection ? { integration, open: connection } : {})
  if (answer.error) return <ErrorBox error={answer.error} what="The integrations could not be loaded" />
  if (answer.data && one === undefined)
    return (
      <Empty title="A connection is of an integration, and there is none yet">
        <PathLink href={settingsPath(environment, 'integrations', { new: 'yes' })}>
          Make an integration
        </PathLink>
      </Empty>
    )
  if (one === undefined) return null
  return (
    <OpenItem
      title={connection ? `New credentials of ${connection}` : 'New connection'}
      list={list}
      back={connection ?? 'Connections'}
    >
      {connection === undefined && (
        <Select
          label="Integration"
          style={{ maxWidth: 360 }}
          data={integrations.map(({ unique_key, display_name }) => ({
            value: unique_key,
            label: display_name === unique_key ? unique_key : `${unique_key} (${display_name})`,
          }))}
          value={one.unique_key}
          allowDeselect={false}
          searchable
          onChange={(key) => setChosen(key ?? '')}
        />
      )}
      <Fields key={one.unique_key} integration={one} connection={connection} list={list} />
    </OpenItem>
  )
}

type Integration = Parameters<typeof credentialForms>[0] extends infer Auth
  ? { unique_key: string; auth: Auth; connection_config?: Record<string, ConfigPart> | undefined }
  : never
interface ConfigPart {
  description: string
  example?: string | undefined
}

function Fields(props: { integration: Integration; connection: string | undefined; list: string }) {
  const { integration, connection, list } = props
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const forms = credentialForms(integration.auth)
  const [type, setType] = useState(forms[0]?.type)
  const [verify, setVerify] = useState(false)
  const how: CredentialForm = forms.find((it) => it.type === type) ?? {
    type: 'NONE',
    label: 'None',
    fields: [],
  }
  const parts = Object.entries(integration.connection_config ?? {})
  const form = useForm(
    { ...emptyConnection, provider_config_key: integration.unique_key, connection_id: connection ?? '' },
    connectionFields(
      how,
      parts.map(([name]) => name),
    ),
  )
  const create = useAction('POST /connections')
  const { values, set, text, problems } = form
  const read = connectionBody(values, how)

  const submit = () => {
    if ('problems' in read) return form.setProblems(read.problems)
    create.mutate(
      { query: verify ? { verify: 'true' } : {}, body: read.body },
      {
        onSuccess: ({ connection_id }) => {
          notify(connection ? `${connection_id} has new credentials` : `Made connection ${connection_id}`)
          openPath(
            settingsPath(environment, 'connections', {
              integration: integration.unique_key,
              open: connection_id,
            }),
          )
        },
        onError: form.fail,
      },
    )
  }
  const credential = (name: string) => ({
    value: values.credentials[name] ?? '',
    error: problems[`credentials.${name}`],
    onChange: (event: { currentTarget: { value: string } }) => {
      const { value } = event.currentTarget
      set('credentials', { ...values.credentials, [name]: value })
    },
  })
  return (
    <Form label={connection ? 'New credentials' : 'New connection'} onSubmit={submit}>
      {connection === undefined && (
        <TextInput
          label="Id"
          description="Your name for this customer's access, such as the id of the user in your product."
          placeholder="made up when empty"
          {...text('connection_id')}
        />
      )}
      <Group
        title="Credentials"
        hint={`What the auth '${integration.auth.type}' of ${integration.unique_key} takes.`}
      >
        {forms.length > 1 && (
          <Select
            label="Kind"
            style={{ maxWidth: 360 }}
            data={forms.map((it) => ({ value: it.type, label: it.label }))}
            value={how.type}
            allowDeselect={false}
            error={problems['credentials.type']}
            onChange={(next) => setType(forms.find((it) => it.type === next)?.type)}
          />
        )}
        {forms.length === 1 && how.fields.length === 0 && <p>{how.label}.</p>}
        {how.fields.map(({ name, label, secret, long, optional }) => {
          const input = {
            label: optional && how.type !== 'BASIC' ? `${label} (may be empty)` : label,
            ...credential(name),
          }
          return secret ? (
            <SecretField key={name} {...input} {...(long && { long })} />
          ) : (
            <TextInput key={name} autoComplete="off" {...input} />
          )
        })}
        <Checkbox
          size="xs"
          label="Ask the API first, and store them only if they work"
          checked={verify}
          onChange={(event) => setVerify(event.currentTarget.checked)}
        />
      </Group>
      {parts.length > 0 && (
        <Group title="Of this customer" hint="The URLs of this API differ from customer to customer.">
          <Columns>
            {parts.map(([name, { description, example }]) => (
              <TextInput
                key={name}
                label={name}
                description={description}
                placeholder={example ?? ''}
                value={values.config[name] ?? ''}
                error={problems[`connection_config.${name}`]}
                onChange={(event) => set('config', { ...values.config, [name]: event.currentTarget.value })}
              />
            ))}
          </Columns>
        </Group>
      )}
      <More
        title="Metadata, tags, end user"
        open={Object.keys(problems).some((name) => /^(metadata|tags|end_user)/.test(name))}
      >
        <JsonField
          label="Metadata as JSON"
          description="What your functions read with nango.getMetadata()."
          placeholder={'{"repo": "acme/shop"}'}
          {...text('metadata')}
        />
        <Pairs
          label="Tags"
          add="Add a tag"
          pairs={values.tags}
          error={problems.tags}
          onChange={(tags) => set('tags', tags)}
        />
        <EndUserFields form={form} />
      </More>
      <SaveBar
        scope="operate"
        action={connection ? 'Store new credentials' : 'Make connection'}
        busy={create.isPending}
        error={form.error}
        beside={connection && 'What is left empty stays as it is.'}
        {...('body' in read && { cli: connectionCreateLine(read.body, verify) })}
        onBack={() => openPath(list)}
      />
    </Form>
  )
}

interface EndUserOwner {
  values: { endUser: { id: string; email: string; display_name: string; organization: string } }
  problems: Record<string, string>
  set: (name: 'endUser', value: EndUserOwner['values']['endUser']) => void
}

/** Whose access it is, in the words of the customer's product. */
export function EndUserFields({ form: { values, problems, set } }: { form: EndUserOwner }) {
  const { endUser } = values
  const input = (name: keyof typeof endUser) => ({
    value: endUser[name],
    error: problems[`end_user.${name}`],
    onChange: (event: { currentTarget: { value: string } }) =>
      set('endUser', { ...endUser, [name]: event.currentTarget.value }),
  })
  return (
    <Columns>
      <TextInput label="End user: id" {...input('id')} />
      <TextInput label="End user: name" {...input('display_name')} />
      <TextInput label="End user: email" {...input('email')} />
      <TextInput label="End user: organization" {...input('organization')} />
    </Columns>
  )
}
