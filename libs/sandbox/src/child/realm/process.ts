import type { Platform } from '../platform.ts'

/**
 * `process` of one run: what functions and packages use of it. What else they read is of the real one, which outlives the
 * run: then the process is not used again. What they set stays in the run.
 */
export function realmProcess(platform: Platform): object {
  const real = platform.ownBuiltin('process') as NodeJS.Process
  const copy = (value: object) => ({ ...value })
  const hrtime = (before?: [number, number]) => {
    const [seconds = 0, nanos = 0] = real.hrtime(before)
    return [seconds, nanos]
  }
  const memoryUsage = () => copy(real.memoryUsage())
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: false,
    fd: name === 'stdout' ? 1 : 2,
    writable: true,
    write(text: unknown, ...rest: unknown[]): boolean {
      const written = rest.find((each) => typeof each === 'function') as (() => void) | undefined
      platform.write(name, String(text), () => written?.())
      return true
    },
  })
  const own = {
    title: 'node',
    argv: [],
    execArgv: [],
    env: copy(real.env),
    version: real.version,
    versions: copy(real.versions),
    release: { name: 'node' },
    arch: real.arch,
    platform: real.platform,
    pid: real.pid,
    ppid: real.ppid,
    exitCode: undefined,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    exit: (code: unknown) => platform.exit(Number(code ?? 0)),
    cwd: () => real.cwd(),
    uptime: () => real.uptime(),
    hrtime: Object.assign(hrtime, { bigint: () => real.hrtime.bigint() }),
    memoryUsage: Object.assign(memoryUsage, { rss: () => real.memoryUsage.rss() }),
    nextTick: (work: (...args: unknown[]) => void, ...args: unknown[]) => {
      if (typeof work !== 'function') throw new TypeError('The "callback" argument must be of type function')
      platform.nextTick(() => work(...args))
    },
    emitWarning: () => {},
  }
  return guarded(platform, 'process', own, real)
}

/** `performance` likewise: marks and observers are of the whole process. */
export function realmPerformance(platform: Platform): object {
  const real = platform.ownGlobal('performance') as typeof performance
  const own = {
    now: () => real.now(),
    timeOrigin: real.timeOrigin,
    toJSON: () => ({ timeOrigin: real.timeOrigin }),
  }
  return guarded(platform, 'performance', own, real)
}

/** `navigator` likewise: its locks are of the whole process. */
export function realmNavigator(platform: Platform): object {
  const real = platform.ownGlobal('navigator') as Navigator
  const { userAgent, language, languages, hardwareConcurrency, platform: system } = real
  const own = { userAgent, language, languages: [...languages], hardwareConcurrency, platform: system }
  return guarded(platform, 'navigator', own, real)
}

function guarded(platform: Platform, name: string, own: object, real: object): object {
  return new Proxy(own, {
    get(target, key, receiver) {
      if (key in target || typeof key === 'symbol') return Reflect.get(target, key, receiver)
      const value: unknown = Reflect.get(real, key)
      if (value === undefined) return undefined
      platform.taint(`it used ${name}.${key}`)
      return typeof value === 'function' ? value.bind(real) : value
    },
    has: (target, key) => key in target || key in real,
  })
}
