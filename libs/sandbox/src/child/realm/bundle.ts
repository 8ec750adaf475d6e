import type { Platform } from '../platform.ts'
import type { Bundle } from '../program.ts'

export function runBundle(platform: Platform): Bundle {
  return {
    get text() {
      return platform.bundleText()
    },
    evaluate(require) {
      const module = { exports: {} }
      const evaluated = platform.bundleFunction()
      if (typeof evaluated !== 'function') {
        const { name, message, stack } = evaluated
        throw Object.assign(new SyntaxError(message), { name, stack })
      }
      evaluated(module.exports, require, module)
      return module.exports
    },
  }
}
