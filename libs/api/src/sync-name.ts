/** `name` or `name::variant`, as clients write a sync in one string. */
export function parseSyncName(text: string): { name: string; variant: string } {
  const [name = '', variant = 'base'] = text.split('::')
  return { name, variant }
}
