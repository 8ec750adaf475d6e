export const scopeNames = ['read', 'operate', 'deploy', 'secrets'] as const
export type KeyScope = (typeof scopeNames)[number]

export const scopeMeaning: Record<KeyScope, string> = {
  read: 'sees everything but secrets',
  operate: 'runs syncs, changes connections',
  deploy: 'deploys functions, changes integrations',
  secrets: 'reads credentials and variables',
}
