export { bundleSync } from './bundle-sync.ts'
export { describeSync } from './describe-sync.ts'
export { openFunctionSandboxes } from './function-sandboxes.ts'
export type {
  FetchCall,
  HostAnswers,
  HostMethod,
  HostParams,
  HttpAnswer,
  HttpCall,
} from './host/host-api.ts'
export { parseParams } from './host/parse-params.ts'
export { describeLimits } from './limits.ts'
export { readSyncs } from './read-syncs.ts'
export type { ProgramInput, SyncOutput } from './runtime/program.ts'
