import { checksOf, worstOf } from '../doctor/checks.ts'
import type { Handler } from '../http/handler.ts'

export const diagnose: Handler<'diagnose'> = async ({ inspect }, { environment }) => {
  const facts = await inspect(environment)
  const now = Date.now()
  const checks = checksOf(facts, now)
  return { state: worstOf(checks), version: facts.version, now: new Date(now).toISOString(), checks }
}
