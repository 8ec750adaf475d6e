/** The target of a relation in a `Link` header: `<https://…?page=2>; rel="next"` */
export function linkIn(header: string | undefined, rel: string): string | undefined {
  for (const [, target, parameters = ''] of (header ?? '').matchAll(/<([^>]*)>([^<]*)/g)) {
    const rels = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s;,]+))/i.exec(parameters)
    if ((rels?.[1] ?? rels?.[2] ?? '').split(/\s+/).includes(rel)) return target
  }
  return undefined
}
