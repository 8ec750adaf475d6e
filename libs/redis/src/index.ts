export { connectRedis, type Redis } from './connect.ts'
export { type Held, MUTEX_HOLD_MS, type Mutex, tryMutex, waitForMutex } from './mutex.ts'
export { redisCall } from './redis-call.ts'
export { type Script, script } from './script.ts'
