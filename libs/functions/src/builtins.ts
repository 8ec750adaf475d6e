/** Modules of Node that a function may import: they compute, and touch nothing. */
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
 * What packages may load besides, since many do so without need (a client with an optional file cache). In the sandbox
 * they load, and everything they would do to the world is refused there.
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
