export { type Asker, type BudgetState, Budgets, type Turn } from './budget/budgets.ts'
export { Egress } from './http/egress.ts'
export {
  type EgressAnswer,
  MAX_BODY_BYTES,
  MIN_ANSWER_BYTES,
  REQUESTS_AT_ONCE,
} from './http/egress-answer.ts'
export { type Caller, Outgoing } from './outgoing.ts'
export { type Access, accessTo, type ConnectionPlace } from './tokens/access.ts'
