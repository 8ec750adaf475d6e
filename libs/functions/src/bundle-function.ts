import type { Bundle } from './build-functions.ts'
import { bundleFunctions } from './bundle-functions.ts'
import type { FunctionFile } from './function-file.ts'

/**
 * Bundles a function of a project, or of a file that makes its definition itself. A compile error is an AppError `invalid_bundle`
 * that lists each fault with its position.
 */
export async function bundleFunction(source: string | FunctionFile): Promise<Bundle> {
  const [bundled] = await bundleFunctions([typeof source === 'string' ? { file: source } : source])
  if (bundled?.status !== 'fulfilled') throw bundled?.reason
  return bundled.value
}
