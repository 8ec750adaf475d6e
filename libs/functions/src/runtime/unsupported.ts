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

/** Methods that existing functions call and Syncline does not have: a clear error instead of `is not a function`. */
export const unsupported = Object.fromEntries(
  names.map((name) => [name, () => Promise.reject(new Error(`nango.${name} is not supported by Syncline`))]),
)
