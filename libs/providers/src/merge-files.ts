import type { ProviderFile } from './provider-file.ts'

/** They say what an object is: `auth` and `pagination` by `type`, `placement` by `in`. */
const KINDS = ['type', 'in']

/** What a provider file is with what it lacks from the file that it extends. */
export function mergeFiles(parent: ProviderFile, child: ProviderFile): ProviderFile {
  const { extends: _extends, display_name: _displayName, ...inherited } = parent
  // Both are provider files, and two objects are merged only if they are of one kind.
  return merged(inherited, child) as ProviderFile
}

/** Lists and plain values are replaced, and objects of another kind. */
function merged(parent: unknown, child: unknown): unknown {
  if (!isObject(parent) || !isObject(child)) return child
  if (KINDS.some((kind) => child[kind] !== undefined && child[kind] !== parent[kind])) return child
  const names = new Set([...Object.keys(parent), ...Object.keys(child)])
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      Object.hasOwn(child, name) ? merged(parent[name], child[name]) : parent[name],
    ]),
  )
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
