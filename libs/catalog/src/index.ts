export { hashApiKey, newApiKey } from './api-key.ts'
export { type Catalog, openCatalog } from './catalog.ts'
export type { Collection } from './collection.ts'
export {
  ApiKey,
  AuthScheme,
  Connection,
  Credentials,
  Environment,
  Integration,
  Pagination,
  Retry,
  Sync,
  Variable,
} from './entities.ts'
export type { CatalogChange } from './follower.ts'
export { Keyring } from './keyring.ts'
export { openCredentials, openVariable, sealCredentials, sealVariable } from './secrets.ts'
