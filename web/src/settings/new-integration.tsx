import { Select, TextInput } from '@mantine/core'
import { useEnvironment } from '../api/session.ts'
import { useAction, useApi } from '../api/use-api.ts'
import { notify } from '../parts/notices.tsx'
import { useOpenPath } from '../parts/path-link.tsx'
import { Columns, Form, Group, More, SaveBar } from './form-parts.tsx'
import { AppFields, IntegrationFields } from './integration-fields.tsx'
import { createBody, emptyIntegration, integrationFields } from './integration-form.ts'
import { integrationCreateLine } from './lines.ts'
import { settingsPath } from './settings-path.ts'
import { useForm } from './use-form.ts'

/** Registers an external API: one that Syncline has a provider for, or any other by its URL. */
export function NewIntegration({ provider = '' }: { provider?: string | undefined }) {
  const environment = useEnvironment()
  const openPath = useOpenPath()
  const providers = useApi('GET /providers', {}, { poll: false }).data?.data ?? []
  const form = useForm({ ...emptyIntegration, provider, unique_key: provider }, integrationFields)
  const create = useAction('POST /integrations')
  const { values, set, text } = form
  const chosen = providers.find(({ name }) => name === values.provider)
  const read = createBody(values)

  const toList = (open = '') => openPath(settingsPath(environment, 'integrations', { open }))
  const submit = () => {
    if ('problems' in read) return form.setProblems(read.problems)
    create.mutate(
      { body: read.body },
      {
        onSuccess: () => {
          notify(`Made integration ${values.unique_key}`)
          toList(values.unique_key)
        },
        onError: form.fail,
      },
    )
  }
  return (
    <Form label="New integration" onSubmit={submit}>
      <Group title="New integration" hint="An external API that your syncs read.">
        <Columns>
          <Select
            label="Provider"
            description="What Syncline knows about the API: URL, auth, pages, budget."
            placeholder="none: an API of your own"
            searchable
            clearable
            data={providers.map(({ name, display_name }) => ({ value: name, label: display_name }))}
            value={values.provider || null}
            error={form.problems.provider}
            onChange={(name) => {
              if (values.unique_key === '' || values.unique_key === values.provider)
                set('unique_key', name ?? '')
              set('provider', name ?? '')
            }}
          />
          <TextInput
            label="Key"
            description="Your name for it, which functions and calls name."
            placeholder="github"
            required
            {...text('unique_key')}
          />
        </Columns>
        <TextInput
          label="Name for people"
          placeholder={chosen?.display_name ?? values.unique_key}
          {...text('display_name')}
        />
      </Group>
      {values.provider === '' ? (
        <IntegrationFields form={form} />
      ) : (
        <More
          title={`Change what provider ${chosen?.display_name ?? values.provider} says`}
          open={Object.keys(form.problems).length > 0}
        >
          <IntegrationFields form={form} />
        </More>
      )}
      <More
        title="Your app at the vendor: client id and secret"
        open={['oauth2', 'jwt', 'callback'].includes(chosen?.auth ?? '')}
      >
        <AppFields form={form} />
      </More>
      <SaveBar
        scope="deploy"
        sticky
        action="Make integration"
        busy={create.isPending}
        error={form.error}
        {...('body' in read && values.unique_key !== '' && { cli: integrationCreateLine(read.body) })}
        onBack={() => toList()}
      />
    </Form>
  )
}
