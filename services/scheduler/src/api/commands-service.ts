import type { CommandsServiceImplementation } from '@syncline/proto'
import type { CommandResults } from '../store/command-results.ts'

/** What the gateway asks of commands that it got no answer for. */
export function commandsService(results: CommandResults): CommandsServiceImplementation {
  return {
    async getCommand({ environment, id }) {
      const result = await results.find(environment, id)
      if (result === undefined) return {}
      return { result: result.$case === 'unfinished' ? { $case: 'unfinished', value: {} } : result }
    },
  }
}
