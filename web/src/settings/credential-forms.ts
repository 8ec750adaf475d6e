import type { ClientRequest, Integration, RouteAt } from '@syncline/api'

type Credentials = ClientRequest<RouteAt<'POST', '/connections'>>['body']['credentials']
type Auth = Integration['auth']
export type CredentialType = Credentials['type']

export interface CredentialField {
  name: string
  label: string
  /** Never shown while it is typed. */
  secret?: true
  /** More than one line, such as a key in PEM. */
  long?: true
  optional?: true
}

/** One way to give credentials: what a person is asked for. */
export interface CredentialForm {
  type: CredentialType
  label: string
  fields: CredentialField[]
}

const field = (name: string, label: string, more: Partial<CredentialField> = {}): CredentialField => ({
  ...{ name, label },
  ...more,
})
const secret = { secret: true } as const
const optional = { optional: true } as const

const forms: Record<Exclude<CredentialType, 'CUSTOM'>, CredentialForm> = {
  NONE: { type: 'NONE', label: 'None: the API is public', fields: [] },
  API_KEY: { type: 'API_KEY', label: 'API key', fields: [field('apiKey', 'API key', secret)] },
  BASIC: {
    type: 'BASIC',
    label: 'User and password',
    fields: [field('username', 'User', optional), field('password', 'Password', { ...secret, ...optional })],
  },
  OAUTH2: {
    type: 'OAUTH2',
    label: 'OAuth 2 tokens',
    fields: [
      field('access_token', 'Access token', secret),
      field('refresh_token', 'Refresh token', { ...secret, ...optional }),
      field('expires_at', 'The access token ends at', optional),
    ],
  },
  OAUTH2_CC: {
    type: 'OAUTH2_CC',
    label: 'Client id and secret',
    fields: [field('client_id', 'Client id'), field('client_secret', 'Client secret', secret)],
  },
  OAUTH1: {
    type: 'OAUTH1',
    label: 'OAuth 1 tokens',
    fields: [field('oauth_token', 'Token', secret), field('oauth_token_secret', 'Token secret', secret)],
  },
  TBA: {
    type: 'TBA',
    label: 'Token-based authorization',
    fields: [field('token_id', 'Token id'), field('token_secret', 'Token secret', secret)],
  },
  APP: {
    type: 'APP',
    label: 'Installation of an app',
    fields: [field('app_id', 'Id of the app'), field('installation_id', 'Id of the installation')],
  },
  CALLBACK: { type: 'CALLBACK', label: 'None: your own app gives the token', fields: [] },
}

const ANY = ['API_KEY', 'BASIC', 'OAUTH2', 'OAUTH2_CC', 'OAUTH1', 'TBA', 'APP'] as const

/**
 * The ways to give credentials to an integration with this auth, the usual one first. The gateway refuses all others. Where
 * templates take them (`jwt`, `two_step`), the first way is the one whose fields the templates name.
 */
export function credentialForms(auth: Auth): CredentialForm[] {
  switch (auth.type) {
    case 'bearer':
    case 'header':
    case 'query':
      return [forms.API_KEY, forms.OAUTH2, forms.NONE]
    case 'basic':
      return [forms.BASIC, forms.API_KEY, forms.NONE]
    case 'oauth2':
      return [forms.OAUTH2]
    case 'client_credentials':
      return [forms.OAUTH2_CC]
    case 'password':
      return [forms.BASIC]
    case 'callback':
      return [forms.CALLBACK]
    case 'none':
      return [forms.NONE, ...ANY.map((type) => forms[type])]
    default:
      return ofTemplates(auth)
  }
}

function ofTemplates(auth: Auth): CredentialForm[] {
  const names = [
    ...new Set([...JSON.stringify(auth).matchAll(/\bcredentials\.([\w-]+)/g)].map(([, it]) => it ?? '')),
  ]
  if (names.length === 0) return [forms.NONE, ...ANY.map((type) => forms[type])]
  const others = ANY.map((type) => forms[type])
  const fitting = others.filter(({ fields }) => names.every((name) => fields.some((it) => it.name === name)))
  const custom: CredentialForm = {
    type: 'CUSTOM',
    label: 'What the templates take',
    fields: names.map((name) =>
      field(name, name, { ...secret, ...(/key|certificate/.test(name) && { long: true }) }),
    ),
  }
  return [...fitting, custom, ...others.filter((it) => !fitting.includes(it)), forms.NONE]
}

/** The `credentials` of a request. A field that is left empty and need not be given is absent. */
export function credentialsOf(form: CredentialForm, values: Readonly<Record<string, string>>): Credentials {
  const given = form.fields.flatMap(({ name, optional }) => {
    const value = values[name] ?? ''
    const mayBeEmpty = form.type === 'BASIC'
    return value === '' && optional && !mayBeEmpty ? [] : [[name, value] as const]
  })
  // The fields of a form are those of its type; the API checks them.
  return { type: form.type, ...Object.fromEntries(given) } as Credentials
}
