import { ApiSettings } from '@syncline/catalog/api-settings'
import { RE2JS } from 're2js'
import { configPartsIn, otherTemplatesIn } from './config-parts.ts'
import { InvalidProvider, type Issue } from './invalid-provider.ts'
import { mergeFiles } from './merge-files.ts'
import { ProviderFields, type ProviderFile } from './provider-file.ts'
import { toSettings } from './settings-fields.ts'

const MAX_PARENTS = 10

/** A provider with what it has from those that it extends. */
export interface ResolvedProvider {
  name: string
  displayName: string
  docs: string
  settings: ApiSettings
}

/** Finds the file that a provider extends. A file may extend another one of its own name: what it is deployed over. */
export type FindParent = (name: string, child: ProviderFile) => ProviderFile | undefined

/** Fails with `InvalidProvider` if the file, with those that it extends, is not a provider that can be used. */
export function resolveProvider(file: ProviderFile, findParent: FindParent): ResolvedProvider {
  const { data, error } = ProviderFields.safeParse(withParents(file, findParent))
  if (error) {
    const issues = error.issues.map(({ path, message }) => ({ path: path.map(String), message }))
    throw new InvalidProvider(file.name, issues)
  }
  const { name, display_name = name, docs = '', extends: _, date: __, ...fields } = data
  const { base_url } = fields
  if (base_url === undefined) {
    const message = 'is missing: give it, or extend a provider that has one'
    throw new InvalidProvider(name, [{ path: ['base_url'], message }])
  }
  const settings = ApiSettings.parse(toSettings(fields))
  const issues = [...problemsOfBaseUrl(base_url), ...problemsOfParts(settings), ...problemsOfVerify(settings)]
  if (issues.length > 0) throw new InvalidProvider(name, issues)
  return { name, displayName: display_name, docs, settings }
}

function withParents(file: ProviderFile, findParent: FindParent): ProviderFile {
  const chain = [file]
  for (let child = file; child.extends !== undefined; ) {
    const parent = findParent(child.extends, child)
    if (parent === undefined) {
      const message = `names '${child.extends}', which is neither deployed nor comes with Syncline`
      throw new InvalidProvider(file.name, [{ path: ['extends'], message }], true)
    }
    if (chain.includes(parent)) {
      const names = [...chain, parent].map(({ name }) => name)
      throw extendsProblem(file, `makes a circle: ${names.join(' → ')}`)
    }
    if (chain.length > MAX_PARENTS)
      throw extendsProblem(file, `is a chain of more than ${MAX_PARENTS} providers`)
    chain.push(parent)
    child = parent
  }
  return chain.reduceRight((parent, child) => mergeFiles(parent, child))
}

const extendsProblem = ({ name }: ProviderFile, message: string) =>
  new InvalidProvider(name, [{ path: ['extends'], message }])

function problemsOfBaseUrl(baseUrl: string): Issue[] {
  const problem = (message: string) => [{ path: ['base_url'], message: `'${baseUrl}' ${message}` }]
  const other = otherTemplatesIn(baseUrl)
  if (other.length > 0)
    return problem(`has ${other.join(', ')}: only \${connectionConfig.<name>} may be there`)
  const plain = baseUrl.replace(/^\$\{[^}]*\}/, 'https://host.example').replace(/\$\{[^}]*\}/g, 'x')
  if (!URL.canParse(plain)) return problem('is not a URL')
  const { username, password, search, hash } = new URL(plain)
  return username || password || search || hash ? problem('must have no user, query or fragment') : []
}

/** Each part that is used must be described. One that is a whole origin decides who gets credentials: it needs a pattern. */
function problemsOfParts(settings: ApiSettings): Issue[] {
  const { connectionConfig = {}, ...others } = settings
  const issues: Issue[] = []
  for (const name of configPartsIn(others)) {
    if (Object.hasOwn(connectionConfig, name)) continue
    issues.push({
      path: ['connection_config'],
      message: `has no '${name}', which a template uses: describe it`,
    })
  }
  for (const [name, { pattern, example }] of Object.entries(connectionConfig)) {
    const path = ['connection_config', name, 'pattern']
    const problem = pattern === undefined ? undefined : problemOfPattern(pattern, example)
    if (problem) issues.push({ path, message: `'${pattern}' ${problem}` })
    if (pattern === undefined && settings.baseUrl.startsWith(`\${connectionConfig.${name}}`)) {
      issues.push({
        path,
        message: 'is missing: base_url begins with this part, so it decides who gets credentials',
      })
    }
  }
  return issues
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

function problemOfPattern(pattern: string, example: string | undefined): string | undefined {
  try {
    const compiled = RE2JS.compile(pattern)
    const fits = example === undefined || compiled.matches(example)
    return fits ? undefined : `does not match the example '${example}'`
  } catch {
    return 'is not a regular expression of RE2'
  }
}
