import type { Schedule, StaleReason } from '@syncline/api'
import { commandWords, logsWords, type Place, stateWords } from '../syncs/command-lines.ts'

/** What a person can do about a reason: one sentence, one place to go or one button, and the command that does or shows the same. */
export interface NextStep {
  text: string
  /** A button of this screen. */
  does?: 'start' | 'trigger'
  /** A place of the dashboard. */
  goes?: 'last run' | 'connection' | 'capacity' | 'waiting runs' | 'running runs' | 'held back'
  cli: string[]
}

export function nextStep(reason: StaleReason, schedule: Place & Pick<Schedule, 'pausedBecause'>): NextStep {
  return steps[reason](schedule)
}

type Steps = Record<StaleReason, (schedule: Place & Pick<Schedule, 'pausedBecause'>) => NextStep>

const steps: Steps = {
  paused: (it) => ({
    text: it.pausedBecause
      ? 'Look at its last run, mend the cause, then start it again.'
      : 'Start it again: it runs at once.',
    does: 'start',
    cli: stateWords('start', it),
  }),
  needs_reauth: (it) => ({
    text: 'Give the connection new credentials. Its syncs go on by themselves.',
    goes: 'connection',
    cli: commandWords('connection create', [it.provider_config_key, it.connection_id], ['--help']),
  }),
  scheduler_down: () => ({
    text: 'Start a scheduler, or read its log.',
    goes: 'capacity',
    cli: commandWords('doctor', []),
  }),
  store_unavailable: () => ({
    text: 'See which service does not answer.',
    goes: 'capacity',
    cli: commandWords('doctor', []),
  }),
  rate_limited: (it) => ({
    text: 'Nothing to do: it goes on when the API lets it.',
    goes: 'waiting runs',
    cli: commandWords(
      'runs',
      [],
      [
        ['--integration', it.provider_config_key],
        ['--state', 'queued,running'],
      ],
    ),
  }),
  environment_full: () => ({
    text: 'See what is in flight, end runs, or allow more runs in the budgets of the environment.',
    goes: 'running runs',
    cli: commandWords('capacity', []),
  }),
  integration_full: (it) => ({
    text: 'See what is in flight, or raise the concurrency of the integration or the sync.',
    goes: 'running runs',
    cli: commandWords(
      'runs',
      [],
      [
        ['--integration', it.provider_config_key],
        ['--state', 'running'],
      ],
    ),
  }),
  no_runner: () => ({
    text: 'Start more runners, or raise their RUNNER_SLOTS.',
    goes: 'capacity',
    cli: commandWords('capacity', []),
  }),
  backfilling: (it) => ({
    text: 'Nothing to do: follow its first run.',
    goes: 'last run',
    cli: logsWords(it, ['-f']),
  }),
  overlap: (it) => ({
    text: 'See what takes so long, or give it a longer interval.',
    goes: 'last run',
    cli: logsWords(it),
  }),
  failing: (it) => ({ text: 'Read why its last run failed.', goes: 'last run', cli: logsWords(it) }),
  held_back: (it) => ({
    text: 'Look at what was held back. If those records are really gone, allow the deletion once.',
    goes: 'held back',
    cli: commandWords('deletions list', [it.provider_config_key], [['--connection', it.connection_id]]),
  }),
}
