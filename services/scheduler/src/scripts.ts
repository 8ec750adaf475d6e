import { type Script, script } from '@syncline/redis'

const at = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url)
const load = (name: string): Script => script(at(name), at('prelude'))

/** Every change of a schedule or a run is one of these scripts; readWork changes nothing. */
export const scripts = {
  createSchedule: load('create-schedule'),
  removeSchedule: load('remove-schedule'),
  setDeployed: load('set-deployed'),
  readWork: load('read-work'),
  claim: load('claim'),
  startAttempt: load('start-attempt'),
  heartbeat: load('heartbeat'),
  saveCheckpoint: load('save-checkpoint'),
  settle: load('settle'),
  throttle: load('throttle'),
  trigger: load('trigger'),
  start: load('start'),
  pause: load('pause'),
  setBlocked: load('set-blocked'),
  setFrequency: load('set-frequency'),
}
