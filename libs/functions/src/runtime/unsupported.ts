const names = [
  'tryAcquireLock',
  'releaseLock',
  'releaseAllLocks',
  'triggerAction',
  'triggerSync',
  'startSync',
  'getFlowAttributes',
  'getFieldMapping',
  'setFieldMapping',
]

/** What existing functions may call and Syncline does not have: a clear error instead of `is not a function`. */
export const unsupported = Object.fromEntries(
  names.map((name) => [name, () => Promise.reject(new Error(`nango.${name} is not supported by Syncline`))]),
)
