/** Makes it the same time for the rest of the run, so that a repeated run gives the same records and asks for the same times. */
export function freezeClock(iso: string): void {
  const Native = globalThis.Date
  const now = Native.parse(iso)
  const frozen = new Proxy(Native, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now] : args, newTarget),
    apply: () => new Native(now).toString(),
    get: (target, name, receiver) => (name === 'now' ? () => now : Reflect.get(target, name, receiver)),
  })
  Native.prototype.constructor = frozen
  globalThis.Date = frozen
}
