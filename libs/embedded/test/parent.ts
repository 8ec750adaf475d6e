// A process that owns a server, for a test to kill: node parent.ts <startX> <options as JSON>
import { startClickHouse, startNats, startRedis } from '../src/index.ts'

const starts = { startClickHouse, startNats, startRedis }
const [start, options] = process.argv.slice(2) as [keyof typeof starts, string] // as the test calls it
console.log((await starts[start](JSON.parse(options))).pid)
