export type { Bundled } from './build-functions.ts'
export { bundleFunction } from './bundle-function.ts'
export { bundleFunctions } from './bundle-functions.ts'
export {
  type ActionFacts,
  describeFunction,
  type OnEventFacts,
  type SyncFacts,
} from './describe-function.ts'
export { type Described, describeFunctions } from './describe-functions.ts'
export type { FunctionFile } from './function-file.ts'
export { openDescribeSandboxes, openFunctionSandboxes } from './function-sandboxes.ts'
export type {
  FetchCall,
  HostAnswers,
  HostMethod,
  HostParams,
  HttpAnswer,
  HttpCall,
} from './host/host-api.ts'
export { parseParams } from './host/parse-params.ts'
export { type Project, readProject } from './read-project.ts'
export type { ProgramInput } from './runtime/program.ts'
export type { ActionOutput } from './runtime/run-action.ts'
export type { SyncOutput } from './runtime/run-sync.ts'
