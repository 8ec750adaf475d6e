export { AppError } from './app-error.ts'
export { codes, type ErrorCode } from './codes.ts'
export { withoutAddresses } from './without-addresses.ts'
export { withoutSecrets } from './without-secrets.ts'
