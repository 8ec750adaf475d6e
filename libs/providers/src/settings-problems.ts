import type { ApiSettings } from '@syncline/catalog'
import { RE2JS } from 're2js'
import { alternativesIn, configPartsIn, otherTemplatesIn } from './config-parts.ts'
import type { Issue } from './invalid-provider.ts'

/** What no schema can find in the settings of a provider or of an integration. */
export function settingsProblems(settings: ApiSettings): Issue[] {
  return [
    ...problemsOfCharacters(settings),
    ...problemsOfBaseUrl(settings),
    ...problemsOfPatterns(settings),
    ...problemsOfHeaders(settings),
    ...problemsOfTokenRequest(settings),
    ...problemsOfBudget(settings),
    ...problemsOfVerify(settings),
  ]
}

/** Each part that a template of a provider uses must be described. One that is a whole origin decides who gets credentials. */
export function problemsOfParts(settings: ApiSettings): Issue[] {
  const { connectionConfig = {}, ...others } = settings
  const issues: Issue[] = []
  for (const name of configPartsIn(others)) {
    if (Object.hasOwn(connectionConfig, name)) continue
    issues.push({
      path: ['connection_config'],
      message: `has no '${name}', which a template uses: describe it`,
    })
  }
  for (const [name, { pattern }] of Object.entries(connectionConfig)) {
    const isOrigin = alternativesIn(settings.baseUrl).some((url) =>
      url.startsWith(`\${connectionConfig.${name}}`),
    )
    if (pattern !== undefined || !isOrigin) continue
    issues.push({
      path: ['connection_config', name, 'pattern'],
      message:
        'is missing: base_url, or an alternative in it, begins with this part, so it decides who gets credentials',
    })
  }
  return issues
}

/** What goes into URLs and headers. A key of a JWT and the body of a token request may have lines. */
function problemsOfCharacters({ baseUrl, headers, auth, verify }: ApiSettings): Issue[] {
  const { jwt: _, token, ...others } = { jwt: undefined, token: undefined, ...auth }
  const { params: __, refresh_params: ___, ...request } = { refresh_params: undefined, ...token }
  return withControls(
    {
      base_url: baseUrl,
      headers,
      auth: { ...others, token: request },
      verify: { path: verify?.path, headers: verify?.headers },
    },
    [],
  ).map((path) => ({ path, message: 'has line breaks or other control characters' }))
}

/** Paths of the texts, and of the names, that have control characters. */
function withControls(value: unknown, path: string[]): string[][] {
  if (typeof value === 'string') return /[^\P{Cc}\t]/u.test(value) ? [path] : []
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) => withControls(each, [...path, name]))
}

function problemsOfBaseUrl({ baseUrl }: ApiSettings): Issue[] {
  return alternativesIn(baseUrl).flatMap(problemsOfUrl)
}

function problemsOfUrl(baseUrl: string): Issue[] {
  const problem = (message: string) => [{ path: ['base_url'], message }]
  const other = otherTemplatesIn(baseUrl)
  if (other.length > 0)
    return problem(`'${baseUrl}' has ${other.join(', ')}: only \${connectionConfig.<name>} may be there`)
  const plain = baseUrl.replace(/^\$\{[^}]*\}/, 'https://host.example').replace(/\$\{[^}]*\}/g, 'x')
  if (!URL.canParse(plain)) return problem(`'${baseUrl}' is not a URL`)
  const { username, password, search, hash } = new URL(plain)
  // A password is not repeated.
  if (username || password)
    return problem('must have no user and password: they are credentials of a connection, with auth basic')
  return search || hash ? problem(`'${baseUrl}' must have no query or fragment`) : []
}

function problemsOfPatterns({ connectionConfig = {} }: ApiSettings): Issue[] {
  return Object.entries(connectionConfig).flatMap(([name, { pattern, example }]) => {
    const problem = pattern === undefined ? undefined : problemOfPattern(pattern, example)
    return problem
      ? [{ path: ['connection_config', name, 'pattern'], message: `'${pattern}' ${problem}` }]
      : []
  })
}

function problemOfPattern(pattern: string, example: string | undefined): string | undefined {
  try {
    const compiled = RE2JS.compile(pattern)
    const fits = example === undefined || compiled.matches(example)
    return fits ? undefined : `does not match the example '${example}'`
  } catch {
    return 'is not a regular expression of RE2'
  }
}

const VALUE = String.raw`(?:connectionConfig|credentials|app)\.[\w.-]+`
const COMMON = String.raw`${VALUE}|now|uuid|base64\(${VALUE}:(?:${VALUE})?\)`
const IN_HEADERS = new RegExp(String.raw`^\$\{(?:${COMMON})\}$`)
const IN_TOKEN_REQUESTS = new RegExp(String.raw`^\$\{(?:${COMMON}|jwt|refresh_token)\}$`)

function problemsOfHeaders({ headers }: ApiSettings): Issue[] {
  const known = '${connectionConfig.…}, ${credentials.…}, ${app.…}, ${now}, ${uuid} and ${base64(…:…)}'
  return problemsOfTemplates(headers, ['headers'], IN_HEADERS, known)
}

function problemsOfTokenRequest({ auth }: ApiSettings): Issue[] {
  const known =
    '${connectionConfig.…}, ${credentials.…}, ${app.…}, ${jwt}, ${refresh_token}, ${now}, ${uuid} and ${base64(…:…)}'
  const { token, jwt } = { token: undefined, jwt: undefined, ...auth }
  return problemsOfTemplates({ token, jwt }, ['auth'], IN_TOKEN_REQUESTS, known)
}

/** A name that nobody fills would be an error of every call, or be sent as it stands. */
function problemsOfTemplates(value: unknown, path: string[], legal: RegExp, known: string): Issue[] {
  if (typeof value === 'string') {
    const wrong = (value.match(/\$\{[^}]*\}?/g) ?? []).filter((template) => !legal.test(template))
    return wrong.length === 0 ? [] : [{ path, message: `has ${wrong.join(', ')}: there are ${known}` }]
  }
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, each]) =>
    problemsOfTemplates(each, [...path, name], legal, known),
  )
}

/** A plain text, such as a misspelled `connection`, would be one quota for all. */
function problemsOfBudget({ budget }: ApiSettings): Issue[] {
  const key = budget?.key ?? 'connection'
  if (key === 'app' || key === 'connection') return []
  const wrong = otherTemplatesIn(key)
  if (wrong.length === 0 && configPartsIn(key).size > 0) return []
  const message = `'${key}' must be 'app', 'connection', or a template with \${connectionConfig.<name>}`
  return [{ path: ['budget', 'key'], message }]
}

/** Nobody but the connection fills them. */
function problemsOfVerify({ verify }: ApiSettings): Issue[] {
  if (!verify) return []
  const { path, headers } = verify
  return Object.entries({ path, ...headers }).flatMap(([name, text]) => {
    const others = otherTemplatesIn(text)
    if (others.length === 0) return []
    const message = `has ${others.join(', ')}: only \${connectionConfig.<name>} may be there`
    return [{ path: ['verify', ...(name === 'path' ? [] : ['headers']), name], message }]
  })
}
