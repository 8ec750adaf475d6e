export { builtinProviders } from './builtin.ts'
export { settingsOf } from './settings-of.ts'
