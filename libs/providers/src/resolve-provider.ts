import { ApiSettings } from '@syncline/catalog/api-settings'
import { InvalidProvider } from './invalid-provider.ts'
import { mergeFiles } from './merge-files.ts'
import { ProviderFields, type ProviderFile } from './provider-file.ts'
import { toSettings } from './settings-fields.ts'
import { problemsOfParts, settingsProblems } from './settings-problems.ts'

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
  const issues = [...settingsProblems(settings), ...problemsOfParts(settings)]
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
