export { type Asker, Budgets, type Turn } from './budget/budgets.ts'
export { Egress } from './http/egress.ts'
export {
  type EgressAnswer,
  MAX_BODY_BYTES,
  MIN_ANSWER_BYTES,
  REQUESTS_AT_ONCE,
} from './http/egress-answer.ts'
export { isRepeatable } from './http/retry-wait.ts'
export { type Caller, Outgoing } from './outgoing.ts'
export { fillTemplate, fillUrl } from './template.ts'
export { type Access, accessTo, type ConnectionPlace, hasTokens } from './tokens/access.ts'
export { createTokenEvents } from './tokens/token-events.ts'
export { Tokens, TokenUnavailable } from './tokens/tokens.ts'
