import type { Platform } from '../platform.ts'
import { realmProcess } from './process.ts'
import { realmTimers } from './timers.ts'

let timers: ReturnType<typeof realmTimers> | undefined
let process: object | undefined

/** Of this realm, which evaluates this file once. */
export const timersOf = (platform: Platform) => (timers ??= realmTimers(platform))
export const processOf = (platform: Platform) => (process ??= realmProcess(platform))

/** Node's modules that each realm has for itself. */
export function realmModules(platform: Platform, name: string): unknown {
  switch (name.replace(/^node:/, '')) {
    case 'timers':
      return timersOf(platform).module
    case 'timers/promises':
      return timersOf(platform).promises
    case 'process':
      return processOf(platform)
    case 'console':
      return console
    default:
      return undefined
  }
}
