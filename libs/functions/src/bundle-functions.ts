import { dirname } from 'node:path'
import { AppError } from '@syncline/errors'
import type { BuildFailure } from 'esbuild'
import { type Bundled, buildFunctions, describe, type Source } from './build-functions.ts'

/**
 * The same as `bundleFunction` for several. Those of one folder are built together: most of the time goes into reading packages, zod
 * above all, which they share. What a function's bundle is does not depend on the others.
 */
export async function bundleFunctions(sources: Source[]): Promise<Bundled[]> {
  const groups = Map.groupBy(sources, ({ file, wrapper }) => (wrapper === undefined ? dirname(file) : file))
  const bundled = new Map<Source, Bundled>()
  for (const group of groups.values()) {
    const all = await bundleGroup(group)
    for (const [n, each] of all.entries()) bundled.set(group[n] as Source, each) // one for each
  }
  return sources.map((source) => bundled.get(source) as Bundled) // each is in a group
}

/** If one can't be built, the halves are built, until it is alone. */
async function bundleGroup(group: Source[]): Promise<Bundled[]> {
  try {
    return await buildFunctions(group)
  } catch (error) {
    if (!isBuildFailure(error)) throw error
    if (group.length === 1) return [{ status: 'rejected', reason: compileErrors(error) }]
    const half = Math.ceil(group.length / 2)
    return [...(await bundleGroup(group.slice(0, half))), ...(await bundleGroup(group.slice(half)))]
  }
}

const isBuildFailure = (error: unknown): error is BuildFailure => error instanceof Error && 'errors' in error

const compileErrors = (cause: BuildFailure) =>
  new AppError('invalid_bundle', cause.errors.map(describe).join('\n'), { cause })
