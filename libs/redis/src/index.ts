export { connectRedis, type Redis } from './connect.ts'
export { type Script, script } from './script.ts'
