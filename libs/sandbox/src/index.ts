export { AnswerWithText } from './answer-with-text.ts'
export type { Bundle, Host, Program } from './child/program.ts'
export type { HostCall, HostMethods, ReceivedCall } from './host-calls.ts'
export { type Level, levels } from './level.ts'
export { defaultLimits, type Limits } from './limits.ts'
export type { LogLevel, ThrownError } from './messages.ts'
export type { Ending, Outcome } from './outcome.ts'
export { defaultParentLimits, leastInFlightBytes, type ParentLimits } from './parent-budget.ts'
export {
  defaultReuseLimits,
  type ReuseKey,
  type ReuseLimits,
  type ReusePolicy,
  reusePolicies,
} from './reuse.ts'
export type { SandboxRun } from './sandbox.ts'
export { openSandboxes, type Sandboxes, type SandboxesOptions, type SandboxUse } from './sandboxes.ts'
export type { TakenSandbox as Sandbox } from './taken-sandbox.ts'
export { truncated } from './truncated.ts'
export { verifiedNode } from './verified.ts'
