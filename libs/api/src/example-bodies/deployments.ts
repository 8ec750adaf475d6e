import { providerFile as file, model, owner, success, sync } from './story.ts'

const functions = { provider_config_key: owner.provider_config_key, version: '1.0.0' }
const syncFacts = {
  ...functions,
  name: sync,
  description: 'Issues of a GitHub repository',
  models: [model],
  frequency: 'every 30 seconds',
  fresh: '5 minutes',
}
const actionFacts = {
  ...functions,
  name: 'create-issue',
  description: 'Opens an issue',
  input_schema: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
  output_schema: { type: 'object', properties: { number: { type: 'integer' } } },
  scopes: ['repo'],
}
const deployedSync = {
  ...syncFacts,
  auto_start: true,
  track_deletes: false,
  jitter: null,
  retries: 0,
  concurrency: null,
  overlap: 'skip',
  pause_after_failures: null,
  validate: null,
  deployed_at: '2026-11-26T09:00:03.000Z',
}
const deployedAction = { ...actionFacts, deployed_at: '2026-11-26T09:00:03.000Z' }
const bundle = "'use strict'; module.exports = { default: { type: 'sync' } }"

const hash = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae'

const common = {
  description: syncFacts.description,
  version: '1.0.0',
  enabled: true,
  last_deployed: deployedSync.deployed_at,
  endpoints: [],
  attributes: {},
  webhookSubscriptions: [],
  sdk_version: null,
  features: [],
}

export const deploymentExamples = {
  deploy: {
    body: { syncs: [{ ...syncFacts, bundle }], actions: [{ ...actionFacts, bundle }], providers: [file] },
    200: {
      providers: [{ name: 'acme', base_url: file.base_url, auth: 'bearer', changed: true }],
      syncs: [{ ...functions, name: sync, models: [model], changed: true }],
      actions: [{ ...functions, name: 'create-issue', changed: true }],
      removed: [],
    },
  },
  planDeployment: {
    body: { syncs: [{ ...syncFacts, bundle_hash: hash }], prune: false },
    200: {
      plan: 'd2a84f4b8b650937ec8f73cd8be2c74add5a911ba64df27458ed8229da804a26',
      changes: [
        {
          kind: 'sync',
          provider_config_key: functions.provider_config_key,
          name: sync,
          change: 'changed',
          version: '1.0.0',
          models: [model],
          fields: [
            { field: 'code', before: '9f86d081884c', after: '2c26b46b68ff' },
            { field: 'frequency', before: 'every hour', after: syncFacts.frequency },
          ],
          schedules: { start: 0, stop: 0, change_frequency: 12 },
        },
      ],
      models: [
        {
          provider_config_key: functions.provider_config_key,
          model,
          change: 'changed',
          renamed_to: null,
          fields: [{ field: 'assignee', before: null, after: 'string | null' }],
        },
      ],
      schedules: { start: 0, stop: 0, change_frequency: 12 },
      providers: [],
      refused: [],
      missing_bundles: [hash],
    },
  },
  putBundle: { body: { bundle }, 200: success },
  listDeployments: { 200: { syncs: [deployedSync], actions: [deployedAction] } },
  getDeployment: { 200: deployedSync },
  deleteDeployment: { 200: success },
  getScriptsConfig: {
    200: [
      {
        providerConfigKey: 'github',
        provider: 'github',
        syncs: [
          {
            ...common,
            id: `github/${sync}`,
            name: sync,
            type: 'sync',
            returns: [model],
            input: null,
            scopes: [],
            json_schema: null,
            models: [{ name: model, fields: [] }],
            runs: syncFacts.frequency,
            auto_start: true,
            track_deletes: false,
          },
        ],
        actions: [],
        'on-events': [],
      },
    ],
  },
}
