import type { Provider } from '@syncline/catalog'
import type { ProviderFile } from '@syncline/providers'

/** The file of a deployed provider. The catalog does not know its form: only files that were checked are stored. */
export function storedFile({ file }: Pick<Provider, 'file'>): ProviderFile {
  return file as unknown as ProviderFile
}
