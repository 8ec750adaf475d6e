import { withoutAddresses } from '@syncline/errors'
import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'

export const health: Handler<'health'> = async (dependencies) => {
  // It needs no key: where our servers are is nobody's business.
  const states = Object.entries(await dependencies.health())
  const checks = Object.fromEntries(states.map(([name, state]) => [name, withoutAddresses(state)]))
  return Object.values(checks).every((state) => state === 'ok')
    ? { status: 'ok', checks }
    : new Answer(503, { status: 'failing' as const, checks })
}
