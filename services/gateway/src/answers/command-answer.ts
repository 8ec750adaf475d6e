import type { Accepted, AskedRuns, CommandStateAnswer } from '@syncline/api'
import type { CommandDone, ScheduleRefusal } from '@syncline/proto'
import type { CommandState } from '../commands.ts'
import { Answer } from '../http/answer.ts'

/** 202: the scheduler did not answer in time. The header says where the result will be. */
export function acceptedAnswer(accepted: Accepted): Answer<202, Accepted> {
  return new Answer(202, accepted, { location: `/commands/${accepted.command_id}` })
}

export function askedRuns({ runs, moreRuns }: CommandDone): AskedRuns {
  return {
    runs: runs.map(({ id, connectionId: connection_id, sync: name, variant }) => ({
      ...{ id, connection_id, name, variant },
    })),
    has_more: moreRuns,
  }
}

export function commandAnswer(id: string, command: CommandState): CommandStateAnswer {
  if (command.state === 'refused') return { id, state: 'refused', error: command.refused }
  if (command.state === 'accepted') return { id, state: 'accepted' }
  const { frequency, scheduleId, cancelled, runs, refusals } = command.done
  return {
    id,
    state: 'done',
    result: {
      ...(frequency !== '' && { frequency }),
      ...(scheduleId !== '' && { schedule_id: scheduleId }),
      ...(cancelled > 0 && { cancelled }),
      ...(runs.length > 0 && askedRuns(command.done)),
      ...(refusals.length > 0 && { results: refusals.map(refusalAnswer) }),
    },
  }
}

/** Why nothing was done with a schedule. */
export function refusalAnswer({ id, code, message }: ScheduleRefusal) {
  return { id, error: { code, message } }
}
