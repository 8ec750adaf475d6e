import type { ClientRequest, Connection, RouteAt } from '@syncline/api'
import { type CredentialForm, credentialsOf } from './credential-forms.ts'
import type { Read } from './integration-form.ts'
import { jsonText, readJsonObject } from './json-text.ts'

export type CreateConnection = ClientRequest<RouteAt<'POST', '/connections'>>['body']
export type UpdateConnection = NonNullable<
  ClientRequest<RouteAt<'PATCH', '/connections/:connectionId'>>['body']
>
type EndUser = NonNullable<CreateConnection['end_user']>

export interface EndUserForm {
  id: string
  email: string
  display_name: string
  organization: string
}

export interface Pair {
  name: string
  value: string
}

/** What the fields of a new connection hold. */
export interface ConnectionForm {
  provider_config_key: string
  connection_id: string
  /** By name of the field of the credentials. */
  credentials: Record<string, string>
  /** Values that the templates of the integration take, by name. */
  config: Record<string, string>
  /** JSON. */
  metadata: string
  tags: Pair[]
  endUser: EndUserForm
}

export const emptyEndUser: EndUserForm = { id: '', email: '', display_name: '', organization: '' }

export const emptyConnection: ConnectionForm = {
  ...{ provider_config_key: '', connection_id: '', credentials: {}, config: {} },
  ...{ metadata: '', tags: [], endUser: emptyEndUser },
}

export function connectionBody(form: ConnectionForm, how: CredentialForm): Read<CreateConnection> {
  const metadata = readJsonObject(form.metadata)
  if ('problem' in metadata) return { problems: { metadata: metadata.problem } }
  const config = Object.entries(form.config).filter(([, value]) => value !== '')
  const tags = tagsOf(form.tags)
  const end_user = endUserOf(form.endUser)
  return {
    body: {
      provider_config_key: form.provider_config_key,
      ...(form.connection_id !== '' && { connection_id: form.connection_id }),
      credentials: credentialsOf(how, form.credentials),
      ...(metadata.value && { metadata: metadata.value }),
      ...(config.length > 0 && { connection_config: Object.fromEntries(config) }),
      ...(Object.keys(tags).length > 0 && { tags }),
      ...(end_user && { end_user }),
    },
  }
}

/** Tags and end user of a connection that there is. */
export interface ConnectionDetails {
  tags: Pair[]
  endUser: EndUserForm
  webhookUrl: string
}

/** The list of connections does not say where webhooks go: the field is empty, and what is not changed is not sent. */
export function detailsOf({ tags, end_user }: Pick<Connection, 'tags' | 'end_user'>): ConnectionDetails {
  return {
    tags: Object.entries(tags).map(([name, value]) => ({ name, value })),
    endUser: {
      id: end_user?.id ?? '',
      email: end_user?.email ?? '',
      display_name: end_user?.display_name ?? '',
      organization: end_user?.organization?.id ?? '',
    },
    webhookUrl: '',
  }
}

/** Only what was changed, each as a whole. */
export function detailsBody(before: ConnectionDetails, after: ConnectionDetails): UpdateConnection {
  const differs = (name: keyof ConnectionDetails) =>
    JSON.stringify(before[name]) !== JSON.stringify(after[name])
  const end_user = endUserOf(after.endUser)
  return {
    ...(differs('tags') && { tags: tagsOf(after.tags) }),
    ...(differs('endUser') && end_user && { end_user }),
    ...(differs('webhookUrl') && { webhook_url_override: after.webhookUrl }),
  }
}

export const metadataText = ({ metadata }: Pick<Connection, 'metadata'>): string => jsonText(metadata)

function tagsOf(pairs: readonly Pair[]): Record<string, string> {
  return Object.fromEntries(pairs.filter(({ name }) => name !== '').map(({ name, value }) => [name, value]))
}

function endUserOf({ id, email, display_name, organization }: EndUserForm): EndUser | undefined {
  if (id === '' && email === '' && display_name === '' && organization === '') return undefined
  return {
    id,
    ...(email !== '' && { email }),
    ...(display_name !== '' && { display_name }),
    ...(organization !== '' && { organization: { id: organization } }),
  }
}

/** Fields of the request that the form has a place for. */
export const connectionFields = (how: CredentialForm, configParts: readonly string[]): string[] => [
  ...['provider_config_key', 'connection_id', 'metadata', 'tags', 'webhook_url_override', 'credentials.type'],
  ...how.fields.map(({ name }) => `credentials.${name}`),
  ...configParts.map((name) => `connection_config.${name}`),
  ...['end_user.id', 'end_user.email', 'end_user.display_name', 'end_user.organization'],
]
