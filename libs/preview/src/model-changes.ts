import { changedFields } from './changed-fields.ts'
import type { FieldChange, ModelPreview } from './preview-result.ts'

/** Different fields that are counted by name. */
const FIELDS = 200
const OTHER_FIELDS = '(other fields)'
const FIELDS_OF_SAMPLE = 50
/** What the samples of a model may have as JSON. */
const SAMPLES_CHARS = 256 * 1024

export interface ModelChangesOptions {
  model: string
  /** Samples of each kind. */
  samples: number
}

/**
 * Counts what a run would change in the records of a model, as the run itself would count it: a record that it saves twice with
 * different contents is added once and updated once. Of the contents only samples are kept.
 */
export class ModelChanges {
  readonly #model: string
  readonly #samples: number
  readonly #counts = { added: 0, updated: 0, unchanged: 0, deleted: 0 }
  readonly #fields = new Map<string, number>()
  readonly #added: { id: string; record: Record<string, unknown> | null }[] = []
  readonly #updated: { id: string; changes: FieldChange[] }[] = []
  readonly #deleted: { id: string; record: Record<string, unknown> | null }[] = []
  #chars = 0
  #deletion: ModelPreview['deletion'] = null

  constructor({ model, samples }: ModelChangesOptions) {
    this.#model = model
    this.#samples = samples
  }

  get counts(): Readonly<Pick<ModelPreview, 'added' | 'updated' | 'unchanged' | 'deleted'>> {
    return this.#counts
  }

  /** @param json The record; read only if there is still place for a sample. */
  added(id: string, json: () => string): void {
    this.#counts.added++
    if (this.#added.length < this.#samples) this.#added.push({ id, record: this.#sample(json()) })
  }

  /** @param before Undefined: its content was pruned, so nobody knows which fields change. */
  updated(id: string, before: unknown, after: unknown): void {
    this.#counts.updated++
    const changes = before === undefined ? [] : changedFields(before, after)
    for (const { field } of changes) this.#count(field)
    if (this.#updated.length === this.#samples) return
    const shown = changes.slice(0, FIELDS_OF_SAMPLE)
    this.#updated.push({ id, changes: this.#fits(JSON.stringify(shown).length) ? shown : [] })
  }

  unchanged(count: number): void {
    this.#counts.unchanged += count
  }

  /** @param json The record as it is now, if it is known; read only if there is still place for a sample. */
  deleted(id: string, json: () => string | undefined): void {
    this.#counts.deleted++
    if (this.#deleted.length < this.#samples) this.#deleted.push({ id, record: this.#sample(json()) })
  }

  /** How many more deleted records are wanted as samples. */
  get deletedSamplesLeft(): number {
    return this.#samples - this.#deleted.length
  }

  /** A pass has ended. */
  passEnded(deletion: NonNullable<ModelPreview['deletion']>): void {
    this.#deletion = deletion
  }

  result(sizes: { before: number; after: number }): ModelPreview {
    const byCount = [...this.#fields].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    return {
      model: this.#model,
      ...this.#counts,
      updated_fields: byCount.map(([field, count]) => ({ field, count })),
      records_before: sizes.before,
      records_after: sizes.after,
      deletion: this.#deletion,
      samples: { added: this.#added, updated: this.#updated, deleted: this.#deleted },
    }
  }

  #count(field: string): void {
    const name = this.#fields.has(field) || this.#fields.size < FIELDS - 1 ? field : OTHER_FIELDS
    this.#fields.set(name, (this.#fields.get(name) ?? 0) + 1)
  }

  #sample(json: string | undefined): Record<string, unknown> | null {
    return json !== undefined && json !== '' && this.#fits(json.length) ? JSON.parse(json) : null
  }

  #fits(chars: number): boolean {
    if (this.#chars + chars > SAMPLES_CHARS) return false
    this.#chars += chars
    return true
  }
}
