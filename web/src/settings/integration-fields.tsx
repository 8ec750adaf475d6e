import { Select, TagsInput, TextInput } from '@mantine/core'
import { Columns, Group, JsonField, More, Pairs, SecretField } from './form-parts.tsx'
import type { AuthKind, IntegrationForm } from './integration-form.ts'
import type { useForm } from './use-form.ts'

type Form = ReturnType<typeof useForm<IntegrationForm>>

const authWords: Record<AuthKind, string> = {
  provider: 'As the provider has it',
  none: 'None: the API is public',
  bearer: 'Bearer token or API key (Authorization: Bearer …)',
  basic: 'User and password (HTTP basic)',
  header: 'API key in a header',
  query: 'API key in the query',
  json: 'OAuth 2, JWT and others, as JSON',
}

/** What an integration sets. Empty fields are its provider's. */
export function IntegrationFields({ form }: { form: Form }) {
  const { values, set, text, problems } = form
  return (
    <>
      <Group title="Requests">
        <TextInput
          label="Base URL"
          placeholder="the provider's"
          description="What paths of requests are put behind. May be a template with ${connectionConfig.…}."
          dir="ltr"
          {...text('base_url')}
        />
        <Select
          label="How requests are authorized"
          data={Object.entries(authWords).map(([value, label]) => ({ value, label }))}
          value={values.authKind}
          allowDeselect={false}
          error={values.authKind === 'json' ? undefined : problems.auth}
          onChange={(kind) => set('authKind', (kind ?? 'provider') as AuthKind)} // of the list
        />
        {(values.authKind === 'header' || values.authKind === 'query') && (
          <Columns>
            <TextInput
              label={values.authKind === 'header' ? 'Name of the header' : 'Name of the parameter'}
              placeholder={values.authKind === 'header' ? 'x-api-key' : 'key'}
              required
              {...text('authName', 'auth.name')}
            />
            {values.authKind === 'header' && (
              <TextInput
                label="Text before the key"
                placeholder="none"
                {...text('authPrefix', 'auth.prefix')}
              />
            )}
          </Columns>
        )}
        {values.authKind === 'json' && (
          <JsonField
            label="Auth as JSON"
            description="As docs/connections.md has it."
            placeholder={'{"type": "oauth2", "token": {"url": "https://crm.example/oauth/token"}}'}
            {...text('auth')}
          />
        )}
        <Pairs
          label="Headers of each request"
          add="Add a header"
          pairs={values.headers}
          error={problems.headers}
          onChange={(pairs) => set('headers', pairs)}
        />
        <TagsInput
          size="xs"
          label="Further hosts that get credentials"
          description="host, host:port or *.domain. The host of the base URL gets them anyway."
          placeholder={values.allowed_hosts.length === 0 ? 'none' : ''}
          value={values.allowed_hosts}
          error={problems.allowed_hosts}
          onChange={(hosts) => set('allowed_hosts', hosts)}
        />
      </Group>
      <Group title="Budget and limits" hint="All runners keep to the budget together. Calls beyond it wait.">
        <Columns>
          <TextInput
            label="Requests"
            placeholder="no limit"
            inputMode="numeric"
            {...text('budgetRequests', 'budget.requests')}
          />
          <TextInput label="In" placeholder="1s" {...text('budgetPer', 'budget.per')} />
          <Select
            label="Shared by"
            data={[
              { value: 'connection', label: 'each connection by itself' },
              { value: 'app', label: 'all connections' },
              ...(['connection', 'app'].includes(values.budgetKey)
                ? []
                : [{ value: values.budgetKey, label: values.budgetKey }]),
            ]}
            value={values.budgetKey}
            allowDeselect={false}
            error={problems['budget.key']}
            onChange={(key) => set('budgetKey', key ?? 'connection')}
          />
        </Columns>
        <Columns>
          <TextInput
            label="Runs in flight at a time"
            placeholder="no limit of its own"
            inputMode="numeric"
            {...text('concurrency')}
          />
          <TextInput
            label="Weight beside other integrations"
            placeholder="1"
            inputMode="numeric"
            {...text('weight')}
          />
        </Columns>
      </Group>
      <Group title="Verify request" hint="A request that works if, and only if, a connection does.">
        <Columns>
          <Select
            label="Method"
            data={['GET', 'POST']}
            value={values.verifyMethod}
            allowDeselect={false}
            onChange={(method) => set('verifyMethod', method === 'POST' ? 'POST' : 'GET')}
          />
          <TextInput label="Path" placeholder="/me" dir="ltr" {...text('verifyPath', 'verify.path')} />
        </Columns>
      </Group>
      <More
        title="Pages, retries, templates"
        open={['pagination', 'retry', 'connection_config', 'consistency_lag'].some(
          (name) => name in problems,
        )}
      >
        <Columns>
          <TextInput
            label="How late the API may show a change"
            placeholder="not late"
            description="Incremental reads look back so far."
            {...text('consistency_lag')}
          />
          <Select
            label="Functions may read tokens"
            data={[
              { value: '', label: 'as the provider has it' },
              { value: 'true', label: 'yes' },
              { value: 'false', label: 'no' },
            ]}
            value={values.expose_tokens}
            allowDeselect={false}
            error={problems.expose_tokens}
            onChange={(value) => set('expose_tokens', value === 'true' || value === 'false' ? value : '')}
          />
        </Columns>
        <JsonField
          label="Defaults of nango.paginate, as JSON"
          placeholder={'{"type": "link"}'}
          {...text('pagination')}
        />
        <JsonField
          label="Which answers are worth another try, as JSON"
          placeholder={'{"statuses": [409]}'}
          {...text('retry')}
        />
        <JsonField
          label="What templates take from connections, as JSON"
          placeholder={'{"subdomain": {"description": "Of your account", "example": "acme"}}'}
          {...text('connection_config')}
        />
      </More>
    </>
  )
}

/** Secrets of the customer's own app at the vendor. The fields are empty at first: secrets are not read back. */
export function AppFields({ form }: { form: Form }) {
  const { text } = form
  const secret = (name: Parameters<typeof text>[0]) => text(name, `credentials.${name}`)
  return (
    <>
      <Columns>
        <TextInput label="Client id" {...secret('client_id')} />
        <SecretField label="Client secret" {...secret('client_secret')} />
      </Columns>
      <TextInput label="Scopes" placeholder="separated by commas" {...secret('scopes')} />
      <SecretField
        label="Private key (PEM)"
        long
        placeholder="-----BEGIN PRIVATE KEY-----"
        {...secret('private_key')}
      />
      <Columns>
        <SecretField label="Callback secret" placeholder="whsec_…" {...secret('callback_secret')} />
        <JsonField
          label="Other secrets by name, as JSON"
          placeholder={'{"name": "value"}'}
          {...secret('fields')}
        />
      </Columns>
    </>
  )
}
