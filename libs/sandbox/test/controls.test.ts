import { beforeAll, describe, expect, test } from 'vitest'
import type { Outcome } from '../src/outcome.ts'
import { levelsHere, runIn, testHarness } from './levels.ts'

/** Honest work, and what comes of it. */
const work: [what: string, code: string, output: unknown][] = [
  ['hashes', `return require('crypto').createHash('sha256').update('a').digest('hex').slice(0, 4)`, 'ca97'],
  [
    'keys',
    `return require('crypto').generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.type`,
    'public',
  ],
  [
    'key derivation in threads',
    `const { scrypt } = require('crypto'); return await new Promise((ok, no) => scrypt('a', 'b', 16, (e, key) => (e ? no(e) : ok(key.length))))`,
    16,
  ],
  ['WebCrypto', `return (await crypto.subtle.digest('SHA-256', Buffer.from('a'))).byteLength`, 32],
  ['random ids', `return crypto.randomUUID().length`, 36],
  ['gzip', `const zl = require('zlib'); return zl.gunzipSync(zl.gzipSync('hi')).toString()`, 'hi'],
  [
    'brotli, in a thread',
    `const zl = require('zlib'); const p = require('util').promisify; return (await p(zl.brotliDecompress)(await p(zl.brotliCompress)('hi'))).toString()`,
    'hi',
  ],
  [
    'zstd',
    `const zl = require('zlib'); return zl.zstdDecompressSync(zl.zstdCompressSync('hi')).toString()`,
    'hi',
  ],
  [
    'time zones',
    `return new Date(0).toLocaleString('en-GB', { timeZone: 'Asia/Tokyo' })`,
    '01/01/1970, 09:00:00',
  ],
  ['collation', `return ['ä', 'z', 'a'].sort(new Intl.Collator('de').compare).join('')`, 'aäz'],
  [
    'wasm',
    `const m = await WebAssembly.instantiate(new Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,100,100,0,0,10,9,1,7,0,32,0,32,1,106,11])); return m.instance.exports.add(40, 2)`,
    42,
  ],
  [
    'timers',
    `const t = require('timers/promises'); await t.setTimeout(20); await t.setImmediate(); return await new Promise((ok) => process.nextTick(ok, 'tick'))`,
    'tick',
  ],
  [
    'streams',
    `const { Readable } = require('stream'); let s = ''; for await (const c of Readable.from(['a', 'b'])) s += c; return s`,
    'ab',
  ],
  [
    'web streams',
    `return await new Response(new Blob(['a', 'b']).stream().pipeThrough(new CompressionStream('gzip')).pipeThrough(new DecompressionStream('gzip'))).text()`,
    'ab',
  ],
  [
    'zod',
    `return z.object({ id: z.string(), at: z.coerce.date() }).parse({ id: 'a', at: '2026-01-01' }).at.getUTCFullYear()`,
    2026,
  ],
  [
    'large JSON',
    `const rows = Array.from({ length: 20000 }, (_, id) => ({ id, name: 'n'.repeat(100) })); return JSON.parse(JSON.stringify(rows)).length`,
    20_000,
  ],
  ['copies', `return structuredClone({ a: new Map([[1, new Date(0)]]) }).a.get(1).getTime()`, 0],
  [
    'messages',
    `const { port1, port2 } = new MessageChannel(); port2.postMessage('hi'); const m = await new Promise((ok) => { port1.onmessage = ok }); port1.close(); return m.data`,
    'hi',
  ],
  [
    'async context',
    `const s = new (require('async_hooks').AsyncLocalStorage)(); return await s.run(7, async () => { await null; return s.getStore() })`,
    7,
  ],
  ['fetch of data', `return await (await fetch('data:text/plain,hi')).text()`, 'hi'],
  ['TLS contexts', `return typeof require('tls').createSecureContext().context`, 'object'],
  [
    'a database in memory',
    `const d = new (require('node:sqlite').DatabaseSync)(':memory:'); return d.prepare('select 6 * 7 as n').get().n`,
    42,
  ],
  ['URLs', `return new URL('../b?x=ü', 'https://ex.ample/a/c').href`, 'https://ex.ample/b?x=%C3%BC'],
  [
    'events',
    `const e = new (require('events'))(); setTimeout(() => e.emit('x', 1)); return (await require('events').once(e, 'x'))[0]`,
    1,
  ],
  [
    'garbage',
    `let n = 0; for (let i = 0; i < 300; i++) n += new Array(1e5).fill(i).length; return n`,
    30_000_000,
  ],
  ['hot code', `let n = 0; for (let i = 0; i < 5e7; i++) n = (n + i) % 1000; return n`, 0],
  ['its environment tells nothing', `return process.env`, { TZ: 'UTC', LANG: 'C.UTF-8' }],
  ['where it is', `return process.cwd()`, '/'],
  [
    'how much memory it uses',
    `const m = process.memoryUsage(); return m.heapUsed > 0 && m.rss > 0 && process.memoryUsage.rss() > 0`,
    true,
  ],
  ['how many processors there are', `return typeof require('os').availableParallelism()`, 'number'],
  ['words on the console', `console.log('a'); console.error('b'); process.stdout.write('c'); return 1`, 1],
  ['time', `return performance.now() > 0 && process.hrtime.bigint() > 0n && process.uptime() > 0`, true],
]

/** All in one child, one after the other. */
const all = `const outputs = []
${work.map(([, code]) => `outputs.push(await (async () => { ${code} })().catch((error) => String(error.stack)))`).join('\n')}
return outputs`

describe.each(levelsHere)('at level %s, a function has', (level) => {
  let outcome: Outcome
  beforeAll(async () => {
    await using harness = await testHarness('control-program.ts')
    outcome = await runIn(harness, all, { level })
  })

  test.for(work.map(([what, , output], i) => [what, output, i] as const))('%s', ([, output, i]) => {
    expect(outcome).toMatchObject({ kind: 'success' })
    expect(outcome.kind === 'success' && (outcome.output as unknown[])[i]).toEqual(output)
  })
})
