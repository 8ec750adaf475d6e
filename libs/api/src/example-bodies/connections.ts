import { owner, success } from './story.ts'

const metadata = { repo: 'acme/shop' }
const credentials = { type: 'API_KEY', apiKey: 'ghp_0123456789' }
const organization = { id: 'acme', display_name: 'Acme' }
const endUser = { id: 'user-123', email: 'ada@acme.example', display_name: 'Ada' }
const uid = '6f1ed002-ab54-4f5d-8c3f-b5c1e1ea1a2b'

const known = {
  id: 7_316_204_815,
  uid,
  ...owner,
  provider: 'github',
  errors: [],
  needs_reauth: null,
  end_user: { ...endUser, tags: null, organization },
  tags: { plan: 'pro' },
  metadata,
}
const connection = {
  ...known,
  connection_config: {},
  webhook_url_override: null,
  created_at: '2026-11-26T09:00:05.000Z',
  updated_at: '2026-11-26T09:00:05.000Z',
  on_events: [],
  credentials,
  last_fetched_at: null,
}
const got = {
  200: connection,
  424: {
    error: {
      code: 'invalid_credentials',
      message: "connection 'demo' did not get a token within 45 s: try again later",
      request_id: 'f1dc22fa-3ba7-4414-bd48-ec39ab65bb06',
    },
  },
}
const deleted = {
  ...success,
  on_events: [
    { name: 'revoke-token', log_id: '0b3f1d5c-5d8c-4d7a-9a52-2f8a7e6c1b90', state: 'done', error: null },
  ],
}
const listed = { 200: { connections: [{ ...known, created: connection.created_at }] } }
const changed = { ...owner, metadata }
const set = { body: changed, 201: changed }
const updated = { body: changed, 200: changed }
const fields = { ...owner, access_token: 'gho_0123456789', no_expiration: true }

export const connectionExamples = {
  createConnection: {
    body: { ...owner, credentials, metadata, tags: { plan: 'pro' }, end_user: { ...endUser, organization } },
    201: connection,
  },
  listConnections: listed,
  getConnection: got,
  updateConnection: { body: { tags: { plan: 'free' } }, 200: success },
  deleteConnection: { 200: deleted },
  setMetadata: set,
  updateMetadata: updated,
  oldGetConnection: got,
  oldListConnections: listed,
  oldDeleteConnection: { 200: deleted },
  oldSetMetadata: set,
  oldUpdateMetadata: updated,
  importConnection: { body: fields, 201: fields },
  setMetadataOfOne: { body: metadata, 201: metadata },
  updateMetadataOfOne: { body: metadata, 200: metadata },
}
