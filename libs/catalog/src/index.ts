export { hashApiKey, newApiKey } from './api-key.ts'
export { type Catalog, type CatalogChange, openCatalog } from './catalog.ts'
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
export { Keyring } from './keyring.ts'
