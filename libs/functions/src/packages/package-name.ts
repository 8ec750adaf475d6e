/** `/a/node_modules/@x/y/z.js` → `@x/y`; undefined for files of the project. */
export function packageName(file: string): string | undefined {
  const [, name] = /.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+)[\\/]/.exec(file) ?? []
  return name?.replace('\\', '/')
}
