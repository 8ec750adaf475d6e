import { isBuiltin } from 'node:module'

/**
 * Node before 26 can't call the kernel, so children there are of level `basic`. No service runs on it: only the command line does, with
 * the functions of the developer who starts it.
 */
export const isOlderNode = !isBuiltin('node:ffi')

/** Those of an older Node among options of Node. */
export function knownOptions(options: string[]): string[] {
  const known = process.allowedNodeEnvironmentFlags
  return options
    .map((option) => (option === '--permission' && !known.has(option) ? '--experimental-permission' : option))
    .filter((option) => known.has(option.split('=')[0] ?? option))
}
