export { connectRedis, type Redis } from './connect.ts'
export { redisCall } from './redis-call.ts'
export { type Script, script } from './script.ts'
