export {
  createApiKey,
  hashSecret,
  isOver,
  type KeyFacts,
  keyIdOf,
  newApiKey,
  opens,
  opensBy,
  rotated,
} from './api-key.ts'
export {
  ApiSettings,
  AuthScheme,
  Budget,
  type ConfigPart,
  Pagination,
  type Placement,
  Retry,
  type SignedJwt,
  type TokenRequest,
  Verify,
} from './api-settings.ts'
export { bundleKey } from './bundles.ts'
export { type Catalog, openCatalog } from './catalog.ts'
export { checkKeyring, verifyKeyring } from './check-keyring.ts'
export { checkNames } from './check-names.ts'
export { checkSize } from './check-size.ts'
export { type Collection, MAX_ENTRY_BYTES } from './collection.ts'
export { AppCredentials, Credentials, Token } from './credentials.ts'
export type { Write } from './deployments.ts'
export {
  Action,
  ApiKey,
  Connection,
  EndUser,
  Environment,
  Integration,
  type KeyScope,
  keyScopes,
  NeedsReauth,
  Provider,
  RunPolicy,
  Sync,
  User,
  type Validation,
  Variable,
  validations,
} from './entities.ts'
export {
  type ExpectedFilter,
  type ExpectedSchedule,
  expectedSchedules,
} from './expected-schedules.ts'
export type { CatalogChange } from './follower.ts'
export { JsonObject, Texts } from './json-object.ts'
export { Keyring } from './keyring.ts'
export { isBehind, type SchedulePosition, scheduleCursor } from './schedule-position.ts'
export { type ScheduleSearch, searchBy } from './schedule-search.ts'
export { type SearchPosition, searchCursor } from './search-cursor.ts'
export {
  openApp,
  openCredentials,
  openToken,
  openVariable,
  sealApp,
  sealCredentials,
  sealToken,
  sealVariable,
} from './secrets.ts'
export { allTags, hasTags } from './tags.ts'
