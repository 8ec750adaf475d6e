import type { ApiSettings } from '@syncline/catalog'
import { RE2JS } from 're2js'
import { alternativesIn, configPartsIn, textsIn } from './config-parts.ts'
import type { Issue } from './invalid-provider.ts'

const MAX_CHARS = 2048
/** Without a pattern, a value stays within the part of the URL that it is for: with `evil.example/` the host would be another. */
const WITHIN_URL = '[A-Za-z0-9._~:-]+'
const WHOLE_ORIGIN = String.raw`https://[A-Za-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~/-]*)?`

/** What is wrong with the config of a connection that these settings are to be used for. */
export function checkConnectionConfig(settings: ApiSettings, config: Record<string, unknown>): Issue[] {
  const { connectionConfig: parts = {} } = settings
  const { known, needed } = partsOf(settings, config)
  const issues: Issue[] = []
  for (const name of new Set([...known, ...Object.keys(parts)])) {
    const value = setPart(config, name)
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined
    const meaning = part ? ` (${part.description})` : ''
    const problem = (message: string) => issues.push({ path: [name], message: `${message}${meaning}` })
    if (value === undefined) {
      if (needed.has(name)) problem(`'${name}' is missing, which the integration needs`)
      continue
    }
    if ((typeof value !== 'string' && typeof value !== 'number') || String(value).length > MAX_CHARS) {
      problem(`'${name}' must be a text or number of at most ${MAX_CHARS} characters`)
      continue
    }
    if (/\p{Cc}/u.test(String(value))) {
      problem(`'${name}' has line breaks or other control characters`)
      continue
    }
    const pattern = part?.pattern ?? patternFor(name, settings)
    if (pattern === undefined) continue
    if (RE2JS.compile(pattern).matches(String(value))) {
      // A pattern of the provider's own may be too wide.
      if (leavesUrl(name, String(value), settings))
        problem(`'${name}' is '${value}', which would make another URL of the base URL`)
      continue
    }
    const example = part?.example === undefined ? '' : `, for example '${part.example}'`
    problem(`'${name}' is '${value}', and must match ${pattern}${example}`)
  }
  return issues
}

/** An empty text does not count as a value. */
const setPart = (config: Record<string, unknown>, name: string): unknown =>
  Object.hasOwn(config, name) && config[name] !== '' ? config[name] : undefined

/** Parts that templates use, and those of them that are needed: of the alternatives of a URL one is enough. */
function partsOf(settings: ApiSettings, config: Record<string, unknown>) {
  const { baseUrl, auth, headers, budget, verify } = settings
  const texts = textsIn([baseUrl, auth, headers, budget, verify])
  const urls = textUrlsOf(settings)
  const needed = texts.flatMap((text) => {
    if (!urls.includes(text)) return text
    const alternatives = alternativesIn(text)
    const isSet = (url: string) =>
      [...configPartsIn(url)].every((name) => setPart(config, name) !== undefined)
    return alternatives.find(isSet) ?? alternatives.at(0) ?? []
  })
  return { known: configPartsIn(texts), needed: configPartsIn(needed) }
}

/** Whether the value ends the part of the URL that it stands in. */
function leavesUrl(name: string, value: string, settings: ApiSettings): boolean {
  const template = `\${connectionConfig.${name}}`
  return urlsOf(settings).some((url) => {
    if (!url.includes(template) || url.startsWith(template)) return false
    const [, host = ''] = /^https?:\/\/([^/?#]*)/i.exec(url) ?? []
    if (!host.includes(template)) return /[?#\\\s]/.test(value)
    return !(host.endsWith(template) ? /^[\w.-]+(:\d{1,5})?$/ : /^[\w.-]+$/).test(value)
  })
}

function patternFor(name: string, settings: ApiSettings): string | undefined {
  const template = `\${connectionConfig.${name}}`
  const used = urlsOf(settings).filter((url) => url.includes(template))
  if (used.length === 0) return undefined
  return used.some((url) => url.startsWith(template)) ? WHOLE_ORIGIN : WITHIN_URL
}

const urlsOf = (settings: ApiSettings): string[] => textUrlsOf(settings).flatMap(alternativesIn)

/** With their alternatives. */
function textUrlsOf({ baseUrl, auth, verify }: ApiSettings): string[] {
  const token = 'token' in auth ? auth.token : undefined
  const urls = [baseUrl, verify?.path, token?.url, token?.refresh_url, 'url' in auth && auth.url]
  return urls.filter((url) => typeof url === 'string')
}
