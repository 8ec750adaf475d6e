import * as texts from './first-party-texts.ts'
import { type ProviderFile, ProviderName } from './provider-file.ts'
import { ReadProvider } from './read-provider-file.ts'
import { type FindParent, type ResolvedProvider, resolveProvider } from './resolve-provider.ts'

const files = new Map<string, ProviderFile | undefined>()
const resolved = new Map<string, ResolvedProvider>()
let names: string[] | undefined

/** Names of the providers that come with Syncline. */
export function firstPartyNames(): string[] {
  names ??= texts.firstPartyNames()
  return names
}

/** Read when it is first asked for: a process uses few of them. */
export function firstPartyFile(name: string): ProviderFile | undefined {
  if (!ProviderName.safeParse(name).success || !firstPartyNames().includes(name)) return undefined
  const known = files.get(name)
  if (known) return known
  const { file } = new ReadProvider(texts.firstPartyText(name), texts.firstPartyPath(name))
  files.set(name, file)
  return file
}

export function firstPartyProvider(name: string): ResolvedProvider | undefined {
  const file = firstPartyFile(name)
  if (file === undefined) return undefined
  const provider = resolved.get(name) ?? resolveProvider(file, firstPartyFile)
  resolved.set(name, provider)
  return provider
}

/** Finds parents among other files first. A file that extends its own name extends the one that comes with Syncline. */
export function parentsAmong(find: (name: string) => ProviderFile | undefined): FindParent {
  return (name, child) => (name === child.name ? undefined : find(name)) ?? firstPartyFile(name)
}
