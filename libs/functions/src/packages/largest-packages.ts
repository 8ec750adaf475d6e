import type { Metafile } from 'esbuild'
import { packageName } from './package-name.ts'

const NAMED = 3

/** The packages that a bundle is mostly made of, for an error that says that it is too large. Empty if there are none. */
export function largestPackages(inputs: Metafile['outputs'][string]['inputs']): string {
  const bytesOf = new Map<string, number>()
  for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
    const name = packageName(`/${file}`)
    if (name !== undefined) bytesOf.set(name, (bytesOf.get(name) ?? 0) + bytesInOutput)
  }
  const largest = [...bytesOf].toSorted(([, a], [, b]) => b - a).slice(0, NAMED)
  if (largest.length === 0) return ''
  return `. Most of it: ${largest.map(([name, bytes]) => `'${name}' ${bytes}`).join(', ')}`
}
