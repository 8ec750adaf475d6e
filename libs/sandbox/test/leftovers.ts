/** What a run may leave for the next one of the same child, and how that would find it. */
export interface Leftover {
  what: string
  /** Body of an async function with `host` and `require`; `main` gives the global object of the main realm, by a way that is open. */
  leave: string
  /** Gives what it finds; undefined is nothing. */
  look: string
  /** Whether the child serves another run: a realm kept it apart. Otherwise the child had to end. */
  isReused: boolean | 'either'
  /** The run that leaves it can't find it itself. */
  hasNoControl?: true
}

const leftover = (what: string, leave: string, look: string, isReused: Leftover['isReused']): Leftover => ({
  what,
  leave,
  look,
  isReused,
})
const withoutControl = (...all: Parameters<typeof leftover>): Leftover => ({
  ...leftover(...all),
  hasNoControl: true,
})
/** It would call the host some time later. */
const late = (what: string, leave: string, isReused: Leftover['isReused']): Leftover => ({
  what,
  leave,
  look: `await new Promise((ok) => setTimeout(ok, 300)); return (await host.call('late calls', null)) || undefined`,
  isReused,
  hasNoControl: true,
})

const MAIN = `const main = Buffer.from.constructor('return globalThis')();`

const ofTheRealm = [
  leftover('a global', `globalThis.left = 1`, `return globalThis.left`, true),
  leftover('a variable', `left = 1`, `return typeof left === 'number' ? left : undefined`, true),
  leftover(
    'a property of all objects',
    `Object.prototype.left = 1; Function.prototype.left = 1; Array.prototype.left = 1`,
    `return {}.left ?? (() => 1).left ?? [].left`,
    true,
  ),
  leftover(
    'a method that is another',
    `Array.prototype.map = () => 'left'`,
    `const m = [1].map(String); return m === 'left' ? m : undefined`,
    true,
  ),
  leftover('a prototype', `Object.setPrototypeOf(Array.prototype, { left: 1 })`, `return [].left`, true),
  leftover(
    'its own JSON',
    `JSON.parse = () => 'left'`,
    `const p = JSON.parse('1'); return p === 1 ? undefined : p`,
    true,
  ),
  leftover(
    'a promise that never settles',
    `globalThis.left = new Promise(() => {})`,
    `return typeof globalThis.left === 'object' || undefined`,
    true,
  ),
  withoutControl(
    'state of its module',
    `host.bundle.evaluate(require).count()`,
    `const n = host.bundle.evaluate(require).count(); return n === 1 ? undefined : n`,
    true,
  ),
  leftover(
    'an import that it has changed',
    `const m = require('timers/promises'); m.left = 1; require('timers').left = 1; require('process').left = 1`,
    `return require('timers/promises').left ?? require('timers').left ?? require('process').left`,
    true,
  ),
  leftover(
    'memory of wasm',
    `globalThis.left = new WebAssembly.Memory({ initial: 1 }); new Uint8Array(left.buffer)[0] = 1`,
    `return globalThis.left ?? (new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer)[0] || undefined)`,
    true,
  ),
  leftover('a variable of its environment', `process.env.LEFT = '1'`, `return process.env.LEFT`, true),
  leftover(
    'a property of process',
    `process.left = 1; process.title = 'left'`,
    `return process.left ?? (process.title === 'left' || undefined)`,
    true,
  ),
  leftover(
    'a console',
    `console.log = () => {}; console.left = 1; globalThis.console = { left: 1 }`,
    `return console.left`,
    true,
  ),
  leftover(
    'a registered symbol',
    `globalThis[Symbol.for('left')] = 1`,
    `return globalThis[Symbol.for('left')] ?? Object.prototype[Symbol.for('left')]`,
    true,
  ),
  leftover(
    'how stacks look',
    `Error.stackTraceLimit = 1; Error.prepareStackTrace = () => 'left'`,
    `const { stack } = new Error('x'); return stack === 'left' ? stack : undefined`,
    true,
  ),
  leftover(
    'an open async generator',
    `globalThis.left = (async function* () { try { yield 1; yield 2 } finally { globalThis.left = 3 } })(); await left.next()`,
    `return globalThis.left`,
    true,
  ),
  withoutControl(
    'bytes in a pool',
    `for (let n = 0; n < 200; n++) Buffer.from('left-'.repeat(20))`,
    `const pools = [Buffer.from('x').buffer, ...Array.from({ length: 50 }, () => Buffer.allocUnsafe(4000).buffer)]
     return pools.some((pool) => Buffer.from(pool).includes('left-')) || undefined`,
    true,
  ),
  withoutControl(
    'bytes in memory that it gave back',
    `for (let n = 0; n < 50; n++) Buffer.alloc(300_000, 'left-')`,
    `return Array.from({ length: 50 }, () => Buffer.allocUnsafeSlow(300_000)).some((b) => b.includes('left-')) || undefined`,
    true,
  ),
]

const inTheBackground = [
  late('a timer', `setTimeout(() => host.call('late', null), 50)`, true),
  late('an interval', `setInterval(() => host.call('late', null), 20)`, true),
  late(
    'a chain of immediates',
    `const next = () => { host.call('late', null); setImmediate(next) }; setImmediate(next); throw new Error('enough')`,
    true,
  ),
  late('a timer of the module', `require('timers').setTimeout(() => host.call('late', null), 50)`, true),
  late('a wait', `require('timers/promises').setTimeout(50).then(() => host.call('late', null))`, true),
  late(
    'a chain of promises',
    `const next = () => host.call('late', null).then(next); void next(); throw new Error('enough')`,
    'either',
  ),
  late('a rejection that comes later', `setTimeout(() => Promise.reject(new Error('left')), 50)`, true),
  late('an error that comes later', `setTimeout(() => { throw new Error('left') }, 50)`, true),
  late('a rejection that nobody catches', `Promise.reject(new Error('left'))`, false),
  late(
    'a callback at the collection of garbage',
    `globalThis.r = new FinalizationRegistry(() => host.call('late', null)); (() => r.register({ big: new Array(1e5) }, 1))()`,
    true,
  ),
  late(
    'the original of such a callback',
    `const R = Object.getPrototypeOf(new FinalizationRegistry(() => {})).constructor; globalThis.r = new R(() => host.call('late', null)); (() => r.register({}, 1))()`,
    true,
  ),
  late(
    'a call that is not answered',
    `host.call('hang', null).catch(() => host.call('late', null)); throw new Error('enough')`,
    false,
  ),
  late(
    'work in a thread',
    `require('crypto').pbkdf2('a', 'b', 1e6, 64, 'sha512', () => host.call('late', null)); throw new Error('enough')`,
    false,
  ),
  late(
    'work in a thread, by WebCrypto',
    `void crypto.subtle.importKey('raw', Buffer.from('a'), 'PBKDF2', false, ['deriveBits']).then((k) => crypto.subtle.deriveBits({ name: 'PBKDF2', hash: 'SHA-512', salt: Buffer.from('b'), iterations: 1e6 }, k, 512)).then(() => host.call('late', null)); await new Promise((ok) => setTimeout(ok, 20))`,
    false,
  ),
  late(
    'a stream that compresses',
    `const s = require('zlib').createGzip(); s.on('data', () => host.call('late', null)); s.write('x'.repeat(1e6))`,
    false,
  ),
  late(
    'an open port',
    `const { port1, port2 } = new MessageChannel(); port2.onmessage = () => host.call('late', null); port1.postMessage(1)`,
    false,
  ),
  late(
    'a wait for shared memory',
    `const m = new Int32Array(new SharedArrayBuffer(4)); Atomics.waitAsync(m, 0, 0, 50).value.then(() => host.call('late', null))`,
    false,
  ),
  late('a timer of the main realm', `${MAIN} main.setTimeout(() => host.call('late', null), 50)`, false),
  late(
    'a microtask of the main realm',
    `${MAIN} main.queueMicrotask(() => main.setImmediate(() => host.call('late', null)))`,
    false,
  ),
  late(
    'a listener of the process',
    `process.on('exit', () => {}); process.on('left', () => host.call('late', null))`,
    false,
  ),
]

/** Modules that realms share; but for `path` and `constants`, which Node has frozen. */
const modules = [
  'assert',
  'buffer',
  'crypto',
  'events',
  'fs',
  'http',
  'https',
  'os',
  'punycode',
  'querystring',
  'stream',
  'string_decoder',
  'url',
  'util',
  'zlib',
]

const ofAllRealms = [
  ...modules.map((name) =>
    leftover(
      `a property of the module ${name}`,
      `require('${name}').left = 1`,
      `return require('${name}').left`,
      false,
    ),
  ),
  leftover(
    'another function of a module',
    `require('crypto').createHash = () => 'left'`,
    `const h = require('crypto').createHash('md5'); return h === 'left' ? h : undefined`,
    false,
  ),
  leftover(
    'a property deep in a module',
    `require('util').inspect.styles.left = 1`,
    `return require('util').inspect.styles.left`,
    false,
  ),
  leftover(
    'a default behind a setter',
    `require('util').inspect.defaultOptions = { depth: 99 }`,
    `return require('util').inspect.defaultOptions.depth === 99 || undefined`,
    false,
  ),
  leftover(
    'a default of all emitters',
    `require('events').defaultMaxListeners = 99`,
    `return require('events').defaultMaxListeners === 99 || undefined`,
    false,
  ),
  leftover(
    'a default of all emitters, by a call',
    `require('events').setMaxListeners(99)`,
    `return require('events').defaultMaxListeners === 99 || undefined`,
    false,
  ),
  leftover('a property of all URLs', `URL.prototype.left = 1`, `return new URL('http://a').left`, false),
  leftover('a property of all buffers', `Buffer.prototype.left = 1`, `return Buffer.from('').left`, false),
  leftover(
    'a property of all bytes',
    `Uint8Array.prototype.left = 1`,
    `return new Uint8Array(1).left`,
    false,
  ),
  leftover(
    'another method of all responses',
    `Response.prototype.text = async () => 'left'`,
    `return (await new Response('x').text()) === 'left' || undefined`,
    false,
  ),
  leftover(
    'a prototype in the main realm',
    `Object.setPrototypeOf(URL.prototype, { left: 1 })`,
    `return URL.prototype.left`,
    false,
  ),
  leftover('a global of the main realm', `${MAIN} main.left = 1`, `${MAIN} return main.left`, false),
  leftover(
    'a property of all objects of the main realm',
    `${MAIN} main.Object.prototype.left = 1`,
    `${MAIN} return new main.Object().left`,
    false,
  ),
  leftover(
    'a method of promises of the main realm',
    `${MAIN} main.Promise.prototype.left = 1`,
    `${MAIN} return main.Promise.prototype.left`,
    false,
  ),
  leftover(
    'a listener in the main realm',
    `${MAIN} main.process.on('left', () => {})`,
    `${MAIN} return main.process.listenerCount('left') || undefined`,
    false,
  ),
  withoutControl(
    'a context of async calls',
    `new (require('async_hooks').AsyncLocalStorage)().enterWith('left')`,
    `return undefined`,
    false,
  ),
  withoutControl(
    'a hook of async calls',
    `require('async_hooks').createHook({ init() {} }).enable()`,
    `return undefined`,
    false,
  ),
  leftover(
    'a channel of diagnostics',
    `require('diagnostics_channel').channel('left').subscribe(() => {})`,
    `return require('diagnostics_channel').channel('left').hasSubscribers || undefined`,
    false,
  ),
  leftover(
    'a mark of performance',
    `performance.mark('left')`,
    `return performance.getEntriesByName('left')[0]?.name`,
    false,
  ),
  leftover(
    'a name server',
    `require('dns').setServers(['192.0.2.1'])`,
    `return require('dns').getServers().includes('192.0.2.1') || undefined`,
    false,
  ),
  leftover(
    'a lock',
    `void navigator.locks.request('left', () => new Promise(() => {})); await 1`,
    `const { held, pending } = await navigator.locks.query(); return [...held, ...pending][0]?.name`,
    false,
  ),
]

export const leftovers: Record<string, Leftover[]> = { ofTheRealm, inTheBackground, ofAllRealms }
