import { isDeepStrictEqual } from 'node:util'
import type { Provider } from '@syncline/catalog'
import {
  type FindParent,
  InvalidProvider,
  type ProviderFile,
  parentsAmong,
  resolveProvider,
} from '@syncline/providers'
import { InvalidRequest } from '../http/invalid-request.ts'
import { storedFile } from './stored-file.ts'

export interface PlannedProvider {
  provider: Provider
  changed: boolean
}

/** What is stored when these files are deployed: they, and what extends them. Refuses all if one is wrong. */
export function planProviders(
  files: ProviderFile[],
  deployed: Provider[],
  at: { environment: string; now: string },
) {
  const present = new Map(deployed.map((provider) => [provider.name, provider]))
  const sent = new Map<string, ProviderFile>()
  for (const [index, file] of files.entries()) {
    if (sent.has(file.name))
      throw invalid(index, [{ path: ['name'], message: `'${file.name}' is there twice` }])
    sent.set(file.name, file)
  }
  const stored = new Map(deployed.map((provider) => [provider.name, storedFile(provider)]))
  const findParent = parentsAmong((name) => sent.get(name) ?? stored.get(name))

  const extendsSent = (file: ProviderFile): boolean => {
    const seen = new Set<string>()
    for (let parent = file.extends; parent !== undefined && !seen.has(parent); ) {
      if (sent.has(parent)) return true
      seen.add(parent)
      parent = stored.get(parent)?.extends
    }
    return false
  }
  const others = [...stored.values()].filter((file) => !sent.has(file.name) && extendsSent(file))
  return [...files, ...others].flatMap((file, index): PlannedProvider[] => {
    const provider = planned(file, findParent, at, sent.has(file.name) ? index : undefined)
    const before = present.get(file.name)
    const changed = !before || !isDeepStrictEqual({ ...before, deployedAt: at.now }, provider)
    return sent.has(file.name) || changed ? [{ provider, changed }] : []
  })
}

function planned(
  file: ProviderFile,
  findParent: FindParent,
  { environment, now }: { environment: string; now: string },
  index: number | undefined,
): Provider {
  try {
    const resolved = resolveProvider(file, findParent)
    return { environment, ...resolved, file: { ...file }, deployedAt: now }
  } catch (error) {
    if (!(error instanceof InvalidProvider)) throw error
    if (index !== undefined) throw invalid(index, error.issues)
    throw InvalidRequest.body(['providers'], `${error.message}; it is deployed and extends one of these`)
  }
}

function invalid(index: number, issues: { path: string[]; message: string }[]): InvalidRequest {
  const at = (path: string[]) => ['providers', String(index), ...path]
  const message = issues.map(({ path, message }) => `${at(path).join('.')}: ${message}`).join('; ')
  return new InvalidRequest(
    'invalid_body',
    message,
    issues.map(({ path, message }) => ({ code: 'custom', message, path: at(path) })),
  )
}
