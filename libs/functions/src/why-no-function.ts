/**
 * Why the text of a file in a folder of functions is not a function that can be deployed; undefined if it may be one. Only what is
 * certain without its types: what is wrong in a function is found when it is bundled and evaluated.
 */
export function whyNoFunction(text: string, hasYaml: boolean): string | undefined {
  if (/\bcreateFunction\s*[(<]/.test(text)) return 'createFunction is experimental, and not supported'
  if (/\bcreate(Sync|Action|OnEvent)\b/.test(text)) return undefined
  if (!/\bexport\s+default\b|\bas\s+default\b|\bexport\s*\{[^}]*\bdefault\b/.test(text)) {
    return 'it has no default export'
  }
  if (!/\bexport\s+default\s+(async\b|function\b|\()/.test(text)) return undefined
  return hasYaml
    ? 'nango.yaml does not name it, and its default export is a function'
    : 'its default export is a function: it needs createSync, createAction or createOnEvent, or a nango.yaml that names it'
}
