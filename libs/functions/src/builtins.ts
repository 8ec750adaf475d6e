/** Node's modules that a function may import: they compute and change nothing outside the process. */
export const forFunctions = [
  'assert',
  'async_hooks',
  'buffer',
  'crypto',
  'events',
  'path',
  'querystring',
  'stream',
  'string_decoder',
  'timers',
  'url',
  'util',
  'zlib',
]

/**
 * Node's modules that a package may import: many import one that they need for an option only (a file cache). The
 * sandbox refuses what such a module would do outside the process.
 */
export const forPackages = [
  ...forFunctions,
  'constants',
  'diagnostics_channel',
  'dns',
  'fs',
  'http',
  'http2',
  'https',
  'net',
  'os',
  'perf_hooks',
  'process',
  'punycode',
  'tls',
  'tty',
]

/** `node:stream/promises` → `stream`. */
export function builtinName(specifier: string): string {
  return specifier.replace(/^node:/, '').split('/')[0] ?? specifier
}
