import type { Syncline } from '@syncline/sdk'

export type CreatePreviewBody = Parameters<Syncline['previews']['create']>[0]
