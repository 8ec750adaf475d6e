/**
 * Node's modules whose state lies in properties of what they export: it is compared after each run. All others keep state
 * of the process where nobody sees it (hooks, channels, servers, default certificates, timelines): a process that has given
 * one of them to a function gets no other run.
 */
const shared = new Set([
  'assert',
  'buffer',
  'constants',
  'crypto',
  'events',
  'fs',
  'http',
  'https',
  'os',
  'path',
  'punycode',
  'querystring',
  'stream',
  'string_decoder',
  'sys',
  'url',
  'util',
  'zlib',
])

/** Globals of Node of which the same is true. */
const unshared = new Set([
  'BroadcastChannel',
  'PerformanceObserver',
  'localStorage',
  'sessionStorage',
  'navigator',
])

export const isSharedModule = (name: string): boolean =>
  shared.has(name.replace(/^node:/, '').split('/')[0] ?? name)
export const isSharedGlobal = (name: string): boolean => !unshared.has(name)
