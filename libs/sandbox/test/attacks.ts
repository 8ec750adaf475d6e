import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Level } from '../src/level.ts'
import type { Outcome } from '../src/outcome.ts'

/** What a function may try, and how that may end. */
export interface Attack {
  what: string
  /**
   * Body of an async function. `host` and `require` are there; `port` and `socket` are a server's of this machine,
   * `sibling` is the process of another run.
   */
  code: string
  ends: Outcome['kind'][]
  /** What the end says, in part. */
  message?: string
  /** Where it gets through or ends otherwise: what the README says is not defended there. Not run if it does harm. */
  weak?: { at: Level[]; ends: Outcome['kind'][] | 'harm' }
}

const refused: Outcome['kind'][] = ['failed']
const noWall: Level[] = ['basic', 'partial']

const attack = (what: string, code: string, ends = refused, weak?: Attack['weak']): Attack => ({
  what,
  code,
  ends,
  ...(weak && { weak }),
})

/** Is another name in each run. */
export const FILE = join(tmpdir(), 'syncline-escape')

/** Nothing but the harness may be read, and nothing written. */
const files = [
  attack('read a file', `return require('fs').readFileSync('/etc/passwd', 'utf8')`),
  attack(
    'read it by a stream',
    `for await (const c of require('fs').createReadStream('/etc/passwd')) return c.length`,
  ),
  attack('read it by a promise', `return (await require('fs/promises').readFile('/etc/hostname')).length`),
  attack(
    'read it as a Blob',
    `return (await (await require('fs').openAsBlob('/etc/hostname')).text()).length`,
  ),
  attack(
    "read its parent's environment",
    `return require('fs').readFileSync('/proc/' + process.ppid + '/environ').length`,
  ),
  attack('read its own memory', `return require('fs').openSync('/proc/self/mem', 'r')`),
  attack(
    'read its harness',
    `return require('fs').readFileSync(process.getBuiltinModule('process').argv[1]).length`,
    refused,
    {
      at: ['basic'],
      ends: ['success'],
    },
  ),
  attack(
    'load its harness again',
    `const node = process.getBuiltinModule('module').createRequire('/x.js'), [, file] = process.getBuiltinModule('process').argv; delete node.cache[file]; return node(file)`,
  ),
  attack('list a folder', `return require('fs').readdirSync('/')`),
  attack(
    'look for files',
    `for await (const f of require('fs/promises').glob('/etc/*')) return f; throw new Error('none')`,
  ),
  attack(
    'ask if a file is there',
    `if (require('fs').existsSync('/etc/passwd')) return 'there'; throw new Error('unknown')`,
  ),
  attack('resolve a path', `return require('fs').realpathSync.native('/etc')`),
  attack('ask for the size of a disk', `return require('fs').statfsSync('/').blocks`),
  attack('watch a file', `return String(require('fs').watch('/etc/passwd'))`),
  attack('write a file', `require('fs').writeFileSync('${FILE}', 'x')`),
  attack('copy a file', `require('fs').cpSync('/etc/passwd', '${FILE}')`),
  attack('make a folder', `return require('fs').mkdtempSync('${FILE}')`),
  attack('make a link', `require('fs').symlinkSync('/etc/passwd', '${FILE}')`),
  attack('change rights', `require('fs').chmodSync('/', 0o777)`),
  attack(
    'open a database',
    `new (require('node:sqlite').DatabaseSync)('${FILE}').exec('create table t (x)'); return 'made'`,
    refused,
    { at: ['basic'], ends: ['success'] },
  ),
  attack(
    'attach a database',
    `const d = new (require('node:sqlite').DatabaseSync)(':memory:'); d.exec("attach '${FILE}' as a; create table a.t (x)"); return 'made'`,
    refused,
    { at: ['basic'], ends: ['success'] },
  ),
  attack(
    'vacuum into a file',
    `const d = new (require('node:sqlite').DatabaseSync)(':memory:'); d.exec("create table t (x); vacuum into '${FILE}'"); return 'made'`,
    refused,
    { at: ['basic'], ends: ['success'] },
  ),
  attack(
    'write a compile cache',
    `const r = require('module').enableCompileCache('${FILE}'); if (r.status === 1) return 'on'; throw new Error('off')`,
  ),
  attack('write a report', `return process.report.writeReport('${FILE}')`),
  attack('write a heap snapshot', `return require('v8').writeHeapSnapshot('${FILE}')`),
  attack('read variables from a file', `process.loadEnvFile('/etc/environment')`),
  attack('change its folder', `process.chdir('/etc')`),
]

const processes = [
  attack(
    'start a program',
    `const r = require('child_process').spawnSync('/bin/id'); if (r.error) throw r.error; return r.stdout`,
  ),
  attack(
    'fork',
    `const c = require('child_process').fork('/x'); await new Promise((_, no) => c.on('error', no))`,
  ),
  attack('start a cluster', `require('cluster').fork(); return 'forked'`),
  attack('replace itself', `process.execve('/bin/true', ['true'], {})`),
  attack('start a thread', `new (require('worker_threads').Worker)('1', { eval: true })`),
  attack('load native code', `process.dlopen({ exports: {} }, '${FILE}.node')`),
  attack('call the C library', `return typeof require('node:ffi').dlopen(null, {}).lib`),
  attack(
    'take the library again',
    `return typeof new (process.getBuiltinModule('node:ffi').DynamicLibrary)(null)`,
  ),
  attack('peek into memory', `return process.getBuiltinModule('node:ffi').getUint8(4096n)`),
  attack('use internals', `return Object.keys(process.binding('spawn_sync')).length`),
  attack('use linked internals', `return process._linkedBinding('fs')`),
  attack('debug itself', `new (require('inspector').Session)().connect()`),
  attack('open a debugger', `require('inspector').open(0, '127.0.0.1'); return require('inspector').url()`),
  attack('use WASI', `new (require('wasi').WASI)({ version: 'preview1', preopens: { '/': '/' } })`),
  attack('register a loader', `require('module').register('data:text/javascript,')`),
  attack('signal its parent', `process.kill(process.ppid, 0); return 'could'`, refused, {
    at: ['basic'],
    ends: ['success'],
  }),
  attack('signal everybody', `process.kill(-1, 0); return 'could'`, refused, {
    at: noWall, // Linux answers 0, also where it refused each
    ends: ['success'],
  }),
  attack('signal another run', `process.kill(sibling, 0); return 'could'`, refused, {
    at: ['basic'],
    ends: ['success'],
  }),
  attack("read another run's memory", `return require('fs').openSync('/proc/' + sibling + '/mem', 'r')`),
  attack("open its parent's debugger", `process.kill(process.ppid, 'SIGUSR1'); return 'could'`, refused, {
    at: noWall,
    ends: 'harm',
  }),
  attack('slow down its parent', `require('os').setPriority(process.ppid, 19); return 'could'`, refused, {
    at: noWall,
    ends: 'harm',
  }),
  attack(
    'get its permissions back',
    `process.permission.drop = () => {}; if (process.permission.has('ffi') || process.permission.has('fs.read')) return 'has'; throw new Error('gone')`,
  ),
]

const network = [
  attack(
    'connect to a port',
    `await new Promise((ok, no) => require('net').connect(port, '127.0.0.1', ok).on('error', no))`,
  ),
  attack(
    'connect to a socket',
    `await new Promise((ok, no) => require('net').connect(socket, ok).on('error', no))`,
  ),
  attack(
    'connect to an abstract socket',
    `await new Promise((ok, no) => require('net').connect('\\0x', ok).on('error', no))`,
  ),
  attack(
    'send a datagram',
    `await new Promise((ok, no) => { const s = require('dgram').createSocket('udp4').on('error', no); s.send('x', 53, '127.0.0.1', (e) => (e ? no(e) : ok())) })`,
  ),
  attack(
    'listen',
    `await new Promise((ok, no) => require('net').createServer().on('error', no).listen(0, ok))`,
  ),
  attack(
    'listen on a socket',
    `await new Promise((ok, no) => require('net').createServer().on('error', no).listen('${FILE}', ok))`,
  ),
  attack('look up a name', `return (await require('dns').promises.lookup('example.invalid')).address`),
  attack('resolve a name', `return await require('dns').promises.resolve4('example.invalid')`),
  attack('fetch', `return (await fetch('http://127.0.0.1:' + port)).status`),
  attack(
    'speak HTTP/2',
    `await new Promise((ok, no) => require('http2').connect('http://127.0.0.1:' + port, ok).on('error', no))`,
  ),
  attack(
    'open a WebSocket',
    `await new Promise((ok, no) => { const s = new WebSocket('ws://127.0.0.1:' + port); s.onopen = ok; s.onerror = () => no(new Error('no')) })`,
  ),
  attack(
    'see the network',
    `if (Object.keys(require('os').networkInterfaces()).length > 0) return 'seen'; throw new Error('none')`,
    refused,
    { at: noWall, ends: ['success', 'failed'] },
  ),
]

/** Whatever it takes, it gets no more than its share: of memory. */
const memory = [
  attack('fill the heap', `const a = []; for (;;) a.push(new Array(1e5).fill({}))`, ['out_of_memory']),
  attack(
    'fill it with texts',
    `let s = 'x'; const a = []; for (let n = 0; ; n++) a.push(Buffer.alloc(1e6, n).toString('latin1'))`,
    ['out_of_memory'],
  ),
  attack('fill it with a map', `const m = new Map(); for (let n = 0; ; n++) m.set(n, { n })`, [
    'out_of_memory',
    'event_loop_blocked',
    'failed',
  ]),
  attack('fill it with numbers', `const a = []; for (let n = 2n ** 400000n; ; n *= 2n) a.push(n)`, [
    'out_of_memory',
    'event_loop_blocked',
    'failed',
  ]),
  attack(
    'take buffers',
    `const a = []; for (let n = 0; n < 100; n++) a.push(Buffer.alloc(32 << 20, 1)); return a.length`,
    ['out_of_memory'],
    { at: ['basic'], ends: ['out_of_memory', 'event_loop_blocked'] },
  ),
  attack('take one large buffer', `return new Uint8Array(3 * 2 ** 30).fill(1).length`, ['out_of_memory'], {
    at: ['basic'],
    ends: ['out_of_memory', 'event_loop_blocked'],
  }),
  attack(
    'take shared memory',
    `const a = []; for (;;) { const s = new SharedArrayBuffer(64 << 20); new Uint8Array(s).fill(1); a.push(s) }`,
    ['out_of_memory', 'failed'],
    { at: ['basic'], ends: ['out_of_memory', 'event_loop_blocked'] },
  ),
  attack(
    'take memory for wasm',
    `const m = new WebAssembly.Memory({ initial: 1, maximum: 65536 }); m.grow(60000); new Uint8Array(m.buffer).fill(1); return 'took'`,
    ['out_of_memory', 'failed'],
    { at: ['basic'], ends: ['out_of_memory', 'event_loop_blocked'] },
  ),
  attack(
    'take blobs',
    `const a = []; for (;;) a.push(new Blob([Buffer.alloc(16 << 20, 1)]))`,
    ['out_of_memory'],
    { at: ['basic'], ends: ['out_of_memory', 'event_loop_blocked'] },
  ),
  attack(
    'make a huge text',
    `let s = 'x'.repeat(5e8); return JSON.stringify(s).length`,
    ['out_of_memory', 'failed'],
    { at: ['basic'], ends: ['out_of_memory', 'failed', 'success', 'event_loop_blocked'] },
  ),
]

/** And of everything else. */
const resources = [
  attack('loop', `for (;;);`, ['event_loop_blocked']),
  attack('loop in microtasks', `const f = () => Promise.resolve().then(f); await f()`, [
    'event_loop_blocked',
    'out_of_memory',
  ]),
  attack('match for ever', `return /(a+)+$/.test('a'.repeat(40) + 'b')`, ['event_loop_blocked']),
  attack('never settle', `await new Promise(() => {})`, ['timed_out']),
  attack('recurse', `const f = () => f() + 1; return f()`, ['failed']),
  attack(
    'work in many threads',
    `const { pbkdf2 } = require('crypto'); await Promise.all(Array.from({ length: 10000 }, () => new Promise((ok) => pbkdf2('a', 'b', 1e6, 64, 'sha512', ok))))`,
    ['timed_out', 'cpu_limit'],
  ),
  attack('return too much', `return 'x'.repeat(9 << 20)`, ['failed']),
  attack(
    'log without end',
    `for (;;) { for (let n = 0; n < 500; n++) host.log('info', 'x'.repeat(1000)); await new Promise((ok) => setTimeout(ok, 1)) }`,
    ['timed_out'],
  ),
  attack(
    'write to stdout without end',
    `for (;;) await new Promise((written) => process.stdout.write('x'.repeat(1e5), written))`,
    ['output_limit'],
  ),
  attack(
    'write to stderr without end',
    `for (;;) await new Promise((written) => process.stderr.write('x'.repeat(1e5), written))`,
    ['output_limit'],
  ),
  attack('open pipes', `const a = []; for (;;) a.push(new (require('net').Socket)({ fd: 3 }))`, [
    'failed',
    'crashed',
    'exited',
    'event_loop_blocked',
    'out_of_memory',
    'protocol_violation',
  ]),
]

const itself = [
  attack('leave with success', `process.exit(0)`, ['exited']),
  attack('exit past the exit handlers', `process.reallyExit(0)`, ['exited']),
  attack('abort', `process.abort()`, ['crashed']),
  attack('kill itself', `process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})`, ['failed'], {
    at: noWall,
    ends: ['out_of_memory'],
  }),
  attack(
    'corrupt signals',
    `const fs = require('fs'); process.on('SIGUSR2', () => {}); const b = Buffer.alloc(16, 0x41); b.writeInt32LE(12, 8); for (let fd = 4; fd < 40; fd++) try { if (fs.fstatSync(fd).isFIFO()) fs.writeSync(fd, b) } catch (e) { if (e.code === 'EPERM') throw e } await new Promise((ok) => setTimeout(ok, 300)); return 'survived'`,
    ['crashed', 'failed', 'success'],
  ),
  attack(
    "use V8's internals",
    `require('v8').setFlagsFromString('--allow-natives-syntax'); return new Function('%SystemBreak()')()`,
    ['crashed', 'failed'],
  ),
  attack('throw a trap', `throw new Proxy({}, { get() { throw 1 }, getPrototypeOf() { throw 2 } })`, [
    'failed',
  ]),
  attack('return a trap', `return { get a() { throw new Error('trap') } }`, ['failed']),
  attack('return what JSON has no word for', `return 1n`, ['failed']),
  attack('return a circle', `const a = {}; a.a = a; return a`, ['failed']),
  attack(
    'change what all objects have',
    `Object.prototype.t = 'ready'; Object.prototype.toJSON = () => ({ t: 'ready' }); Array.prototype.push = () => {}; Promise.prototype.then = null; return { a: 1 }`,
    ['success', 'failed', 'crashed', 'exited', 'protocol_violation', 'timed_out'],
  ),
  attack(
    'swallow its errors',
    `process.removeAllListeners('uncaughtException'); process.on('uncaughtException', () => {}); setTimeout(() => { throw new Error('later') }); await new Promise(() => {})`,
    ['failed', 'timed_out'],
  ),
  attack(
    'close its channel',
    `require('fs').closeSync(3); await new Promise((ok) => setTimeout(ok, 300)); return 1`,
    ['failed', 'exited', 'crashed', 'timed_out', 'event_loop_blocked'],
  ),
  attack('go on after its result', `setInterval(() => host.log('info', 'still here'), 1); return 1`, [
    'success',
  ]),
]

/** Raw bytes on the channel, past the harness. */
export const bytes = (code: string) => `
  const fs = require('fs')
  const frame = (json) => { const b = Buffer.alloc(4 + Buffer.byteLength(json)); b.writeUInt32BE(b.length - 4); b.write(json, 4); return b }
  const write = (b) => { for (let at = 0; at < b.length; ) try { at += fs.writeSync(3, b, at) } catch (e) { if (e.code !== 'EAGAIN') throw e } }
  ${code}
  await new Promise((ok) => setTimeout(ok, 1000)); return 'went on'`

/** What no harness sends, and what the end of the run says of it. */
const violation = (what: string, code: string, message: string): Attack => ({
  what,
  code: bytes(code),
  ends: ['protocol_violation'],
  message,
})

const channel = [
  violation('send garbage', `write(Buffer.from('deadbeefdeadbeef'))`, 'bytes; the limit is'),
  violation('announce 4 GiB', `write(Buffer.from([255, 255, 255, 255]))`, '4294967295'),
  violation('send no JSON', `write(frame('{nope'))`, 'no message'),
  violation('send invalid UTF-8', `write(Buffer.from([0, 0, 0, 2, 0xff, 0xfe]))`, 'no message'),
  violation('send nothing', `write(Buffer.from([0, 0, 0, 0]))`, 'no message'),
  violation('send a null', `write(frame('null'))`, 'no message'),
  violation('send an unknown kind', `write(frame('{"t":"admin"}'))`, 'no message'),
  violation('send a kind that all objects have', `write(frame('{"t":"__proto__"}'))`, 'no message'),
  violation('be ready again', `write(frame('{"t":"ready"}'))`, "'ready' while running"),
  violation('answer no ping', `for (let n = 0; n < 9; n++) write(frame('{"t":"pong"}'))`, 'nobody sent'),
  violation(
    'number a call 0',
    `write(frame('{"t":"call","run":1,"id":0,"method":"hang","params":0}'))`,
    'no message',
  ),
  violation(
    'number a call by half',
    `write(frame('{"t":"call","run":1,"id":1.5,"method":"hang","params":0}'))`,
    'no message',
  ),
  violation(
    'use a number twice',
    `const c = frame('{"t":"call","run":1,"id":7,"method":"hang","params":0}'); write(c); write(c)`,
    'twice',
  ),
  violation(
    'call too much at once',
    `for (let n = 1; n < 99; n++) write(frame('{"t":"call","run":1,"id":' + n + ',"method":"hang","params":0}'))`,
    'more than 64',
  ),
  violation(
    'nest two million levels deep',
    `const deep = '['.repeat(2e6) + ']'.repeat(2e6); write(frame('{"t":"call","run":1,"id":9,"method":"echo","params":' + deep + '}'))`,
    'nested more than 500 levels deep',
  ),
  violation(
    'send 8 MB of names, which take a second to be read',
    `const names = Array.from({ length: 800_000 }, (_, n) => '"' + n.toString(36) + '":0').join()
     write(frame('{"t":"call","run":1,"id":9,"method":"echo","params":{' + names + '}}'))`,
    'more than 150000 names of fields',
  ),
  violation(
    'send 8 MB of empty objects',
    `write(frame('{"t":"call","run":1,"id":9,"method":"echo","params":[' + '{},'.repeat(2_600_000) + '0]}'))`,
    'more than 500000 lists and objects',
  ),
  attack(
    'send many names, and honestly',
    `await host.call('echo', Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [n.toString(36), 0])))`,
    ['failed'],
  ),
  violation(
    'send a text beside a message that has none',
    `const json = '{"t":"log","run":1,"level":"info","text":""}', b = Buffer.alloc(9 + json.length + 1)
     b.writeUInt32BE(b.length - 4); b.writeUInt32BE(json.length, 5); b.write(json + 'x', 9); write(b)`,
    'with a text beside it',
  ),
  violation(
    'send a text that begins behind the end of its message',
    `const b = Buffer.alloc(20); b.writeUInt32BE(16); b.writeUInt32BE(1000, 5); write(b)`,
    'longer than its frame',
  ),
  attack(
    'nest deeply, and honestly',
    `let deep = 1; for (let n = 0; n < 600; n++) deep = [deep]; await host.call('echo', deep)`,
    ['failed'],
  ),
  attack(
    'end with an error of 7 MiB',
    bytes(
      `const text = 'x'.repeat(7 << 20); write(frame('{"t":"threw","run":1,"error":{"name":"E","message":"' + text + '"}}'))`,
    ),
    ['failed'],
  ),
  attack(
    "end with an error of its parent's",
    bytes(
      `write(frame('{"t":"threw","run":1,"error":{"name":"AppError","message":"taken over","code":"fenced"}}'))`,
    ),
    ['failed'],
  ),
  attack(
    'send a message byte by byte',
    bytes(
      `const b = frame('{"t":"call","run":1,"id":9,"method":"echo","params":"' + 'x'.repeat(3e4) + '"}'); for (let at = 0; at < b.length; at++) write(b.subarray(at, at + 1))`,
    ),
    ['success'],
  ),
  attack(
    'log more than it may',
    bytes(`for (let n = 0; n < 11000; n++) write(frame('{"t":"log","run":1,"level":"info","text":"x"}'))`),
    ['output_limit'],
  ),
  attack(
    'return too much by itself',
    bytes(`write(frame('{"t":"returned","run":1,"output":"' + 'x'.repeat(3 << 20) + '"}'))`),
    ['output_limit'],
  ),
  attack(
    'return twice',
    bytes(`const r = frame('{"t":"returned","run":1,"output":"first"}'); write(r); write(r)`),
    ['success'],
  ),
  attack(
    'never read',
    bytes(
      `for (let n = 1; n <= 60; n++) write(frame('{"t":"call","run":1,"id":' + n + ',"method":"large","params":0}')); for (;;);`,
    ),
    ['event_loop_blocked'],
  ),
  attack('call what is not there', `await host.call('admin.listConnections', {})`, ['failed']),
  attack('call what all objects have', `await host.call('constructor', {})`, ['failed']),
]

export const attacks: Record<string, Attack[]> = {
  files,
  processes,
  network,
  memory,
  resources,
  itself,
  channel,
}
