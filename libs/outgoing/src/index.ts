export { Budgets } from './budget/budgets.ts'
export { decoded } from './http/decoded.ts'
export { Egress } from './http/egress.ts'
export {
  type EgressAnswer,
  MIN_ANSWER_BYTES,
  REQUESTS_AT_ONCE,
} from './http/egress-answer.ts'
export { EgressFault } from './http/egress-fault.ts'
export { AddressRefused } from './http/public-address.ts'
export { isRepeatable } from './http/retry-wait.ts'
export type { StreamedAnswer } from './http/streamed-answer.ts'
export { type Caller, Outgoing, type SentRequest, type StreamCaller, type StreamedCall } from './outgoing.ts'
export { fillTemplate, fillUrl } from './template.ts'
export { type Access, accessTo, type ConnectionPlace, hasTokens } from './tokens/access.ts'
export { presentCredentials } from './tokens/present-credentials.ts'
export { secretsOf } from './tokens/request-token.ts'
export { TokenUnavailable } from './tokens/token-errors.ts'
export { createTokenEvents } from './tokens/token-events.ts'
export { Tokens } from './tokens/tokens.ts'
