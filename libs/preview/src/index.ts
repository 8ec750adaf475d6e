export { changedFields } from './changed-fields.ts'
export { ModelChanges, type ModelChangesOptions } from './model-changes.ts'
export { FieldChange, ModelPreview, PreviewProgress, PreviewResult } from './preview-result.ts'
