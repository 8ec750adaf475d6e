import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Syncline } from '@syncline/sdk'

// A user's program that keeps a copy of a model in files, and dies where it is told to. What it has done is in `batches`, a line
// for each batch, also for one that was applied and whose cursor was not saved.

/** Before a batch is applied; after that; while its cursor is saved; after that. */
export const steps = ['applying', 'applied', 'saving', 'saved'] as const
export type Step = (typeof steps)[number]

export interface Copying {
  url: string
  key: string
  folder: string
  where: { providerConfigKey: string; connectionId: string; model: string }
  batchSize: number
  /** It kills itself at this step of its second batch. */
  dieAt?: Step
}

/** A batch as it was applied. */
export interface Applied {
  cursor: string
  upserts: [id: string, cursor: string, title: string][]
  deletions: [id: string, cursor: string][]
}

export interface Copy {
  titles: Record<string, string>
  batches: Applied[]
  cursor: string | undefined
}

export function readCopy(folder: string): Copy {
  const read = (name: string) =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : ''
  const { titles = {}, batches = [] } = JSON.parse(read('copy.json') || '{}')
  return { titles, batches, cursor: read('cursor') || undefined }
}

async function keepCopy({ url, key, folder, where, batchSize, dieAt }: Copying): Promise<void> {
  const { titles, batches } = readCopy(folder)
  /** A file has all of the new text or all of the old. */
  const write = (name: string, text: string, between = () => {}) => {
    writeFileSync(join(folder, `${name}.new`), text)
    between()
    renameSync(join(folder, `${name}.new`), join(folder, name))
  }
  let batch = 0
  const reach = (step: Step) => {
    if (step === dieAt && batch === 2) process.kill(process.pid, 'SIGKILL')
  }
  await new Syncline({ secretKey: key, host: url }).records.copy<{ id: string; title: string }>({
    ...where,
    batchSize,
    until: 'caughtUp',
    cursor: {
      load: () => readCopy(folder).cursor,
      save: (cursor) => {
        write('cursor', cursor, () => reach('saving'))
        reach('saved')
      },
    },
    apply: ({ upserts, deletions, cursor }) => {
      batch++
      reach('applying')
      for (const { id, title } of upserts) titles[id] = title
      for (const { id } of deletions) delete titles[id]
      batches.push({
        cursor,
        upserts: upserts.map(({ id, title, _nango_metadata }) => [id, _nango_metadata.cursor, title]),
        deletions: deletions.map(({ id, _nango_metadata }) => [id, _nango_metadata.cursor]),
      })
      write('copy.json', JSON.stringify({ titles, batches }))
      reach('applied')
    },
  })
}

if (import.meta.main) await keepCopy(JSON.parse(process.argv[2] ?? '{}'))
