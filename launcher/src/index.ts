export { type ProcessName, ROOT, type ServiceName, startService } from './service-process.ts'
export { type Supervised, supervise } from './supervise.ts'
export { type System, startSystem } from './system.ts'
