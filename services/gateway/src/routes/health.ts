import { Answer } from '../http/answer.ts'
import type { Handler } from '../http/handler.ts'

export const health: Handler<'health'> = async (dependencies) => {
  const checks = await dependencies.health()
  return Object.values(checks).every((state) => state === 'ok')
    ? { status: 'ok', checks }
    : new Answer(503, { status: 'failing' as const, checks })
}
