/** An event function runs at a moment of a connection. */
export type FunctionKind = 'sync' | 'action' | 'on-event'

/** A function of a project, and where its code is. */
export interface FunctionFile {
  kind: FunctionKind
  integration: string
  name: string
  file: string
  /**
   * Of a function that `nango.yaml` names: a module that makes the definition of what the file says there and of the function that
   * is its default export. Without one, the file makes its definition itself.
   */
  wrapper?: string
}

/** Where the files of a kind lie in the folder of their integration. */
export const folders = {
  syncs: 'sync',
  actions: 'action',
  'on-events': 'on-event',
} as const satisfies Record<string, FunctionKind>
