/** A sync or a model with its variant, as commands take it: the base variant has no name of its own. */
export function fullName(name: string, variant: string): string {
  return variant === 'base' ? name : `${name}::${variant}`
}
