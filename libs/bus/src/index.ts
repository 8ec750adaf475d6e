export { type Bus, connectBus } from './connect.ts'
export { type Consumption, consume, type Delivery } from './consume.ts'
export { publish } from './publish.ts'
export { COMMAND_PARTITIONS, commandPartition, runCancelled, type Subject, subjects } from './subjects.ts'
