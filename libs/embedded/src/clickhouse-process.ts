// Runs ClickHouse out of a library: node clickhouse-process.ts <libchdb> <argument of `clickhouse local>…
// The call takes this thread for good, which is why it has a process of its own.
import { dlopen, getRawPointer } from 'node:ffi'

const [library = '', ...args] = process.argv.slice(2)

const { functions } = dlopen(library, {
  chdb_query_cmdline: { arguments: ['i32', 'pointer'], return: 'pointer' },
  chdb_result_error: { arguments: ['pointer'], return: 'string' },
})

const strings = ['clickhouse', ...args].map((text) => Buffer.from(`${text}\0`))
const argv = Buffer.alloc(8 * (strings.length + 1))
for (const [i, text] of strings.entries()) argv.writeBigUInt64LE(getRawPointer(text), 8 * i)

const result = functions.chdb_query_cmdline(strings.length, getRawPointer(argv))
console.error(functions.chdb_result_error(result) ?? 'ClickHouse ended without an error')
process.exitCode = 1
