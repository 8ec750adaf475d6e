import type { ActOnSchedules } from '@syncline/proto'
import { acceptedAnswer, refusalAnswer } from '../answers/command-answer.ts'
import type { Handler } from '../http/handler.ts'
import { checkFrequency } from '../rules/check-frequency.ts'

/** One command: the scheduler knows which of the schedules are there, and of this environment. */
export const actOnSchedules: Handler<'actOnSchedules'> = async (
  { commands, limits },
  { environment, commandId: id, body: { action, ids, frequency } },
) => {
  const text = frequency ? checkFrequency(frequency, limits.frequency, ['frequency']) : ''
  const value = { ids, action: actions[action](text) }
  const outcome = await commands.send(environment, { $case: 'actOnSchedules', value }, { id })
  if (outcome.kind === 'accepted') return acceptedAnswer(outcome.accepted)
  const refused = new Map(outcome.done.refusals.map((refusal) => [refusal.id, refusal]))
  return {
    results: ids.map((schedule) => {
      const refusal = refused.get(schedule)
      return refusal ? refusalAnswer(refusal) : { id: schedule, done: true as const }
    }),
  }
}

type Action = Parameters<Handler<'actOnSchedules'>>[1]['body']['action']

const actions: Record<Action, (frequency: string) => NonNullable<ActOnSchedules['action']>> = {
  trigger: () => ({ $case: 'trigger', value: { reset: false } }),
  reset: () => ({ $case: 'trigger', value: { reset: true } }),
  start: () => ({ $case: 'start', value: {} }),
  pause: () => ({ $case: 'pause', value: {} }),
  frequency: (frequency) => ({ $case: 'setFrequency', value: { frequency } }),
}
