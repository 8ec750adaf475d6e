import { withoutAddresses } from '@syncline/errors'
import { healthAnswer } from '@syncline/service'
import type { Dependencies } from '../dependencies.ts'
import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'

export const health: Handler<'health'> = (dependencies) => check(dependencies)

export const readiness: Handler<'readiness'> = (dependencies) => check(dependencies)

export const liveness: Handler<'liveness'> = async () => ({ status: 'ok' })

async function check(dependencies: Dependencies) {
  // It needs no key, so it does not say where our servers are.
  const states = Object.entries(await dependencies.health())
  const checks = Object.fromEntries(states.map(([name, state]) => [name, withoutAddresses(state)]))
  const { code, body } = healthAnswer(checks)
  return code === 200 ? body : new Answer(code, body)
}
