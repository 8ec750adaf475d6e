import type { Schedule, StaleReason } from '@syncline/sdk'
import { fullName } from './full-name.ts'
import { pathText } from './path.ts'
import { shellQuoted } from './shell-quoted.ts'

/** What to do about a reason, with a command line where one helps. */
export function staleHint(reason: StaleReason, schedule: Schedule): string {
  return hints[reason](schedule)
}

const hints: Record<StaleReason, (schedule: Schedule) => string> = {
  paused: (it) => `start it: syncline start ${integration(it)} ${sync(it)} --connection ${connection(it)}`,
  needs_reauth: (it) =>
    `give the connection new credentials: syncline connection create ${integration(it)} ${connection(it)} --help`,
  scheduler_down: () => 'start a scheduler, or see its log; what else is wrong: syncline doctor',
  store_unavailable: () => 'see which services answer: syncline doctor',
  rate_limited: (it) =>
    `nothing, it goes on by itself; what else waits: syncline runs --integration ${integration(it)} --state queued,running`,
  environment_full: () =>
    'see what is in flight: syncline capacity; allow more: syncline env limits --help; end runs: syncline cancel --help',
  integration_full: (it) =>
    `see what is in flight: syncline runs --integration ${integration(it)} --state running; what limits it: syncline capacity`,
  no_runner: () => 'start more runners, or raise their RUNNER_SLOTS; see: syncline capacity',
  backfilling: (it) => `nothing, it ends by itself; follow it: ${logs(it)} -f`,
  overlap: (it) =>
    `see what takes so long: ${logs(it)}; or give the sync a longer interval, or a longer 'fresh'`,
  failing: (it) => `see why: ${logs(it)}`,
  held_back: (it) =>
    `see what is held back: syncline deletions list ${integration(it)} --connection ${connection(it)}`,
}

export const staleReasons = Object.keys(hints) as StaleReason[]

const integration = (schedule: Schedule) => shellQuoted(schedule.provider_config_key)
const connection = (schedule: Schedule) => shellQuoted(schedule.connection_id)
const sync = ({ name, variant }: Schedule) => fullName(name, variant)

function logs(schedule: Schedule): string {
  const path = pathText({ ...schedule, integration: schedule.provider_config_key })
  return `syncline logs ${path} ${connection(schedule)}`
}
