/**
 * Values by identity, a list of parts, kept as a tree: what lies under a prefix is found without a look at anything
 * else.
 */
export class IdentityMap<V> {
  readonly #root: Node<V> = {}

  get(identity: string[]): V | undefined {
    return this.#node(identity)?.value
  }

  set(identity: string[], value: V): void {
    let node = this.#root
    for (const part of identity) {
      node.children ??= new Map()
      let next = node.children.get(part)
      if (next === undefined) {
        next = {}
        node.children.set(part, next)
      }
      node = next
    }
    node.value = value
  }

  delete(identity: string[]): void {
    remove(this.#root, identity, 0)
  }

  /** The values whose identity begins with `prefix`. */
  *under(prefix: string[]): Generator<V, void> {
    const node = this.#node(prefix)
    if (node) yield* valuesOf(node)
  }

  #node(identity: string[]): Node<V> | undefined {
    let node: Node<V> | undefined = this.#root
    for (const part of identity) node = node?.children?.get(part)
    return node
  }
}

interface Node<V> {
  value?: V
  children?: Map<string, Node<V>>
}

function* valuesOf<V>(node: Node<V>): Generator<V, void> {
  if (node.value !== undefined) yield node.value
  if (node.children) for (const child of node.children.values()) yield* valuesOf(child)
}

/** Nodes that hold nothing any more go too. */
function remove<V>(node: Node<V>, identity: string[], depth: number): void {
  const part = identity[depth]
  if (part === undefined) {
    delete node.value
    return
  }
  const child = node.children?.get(part)
  if (child === undefined) return
  remove(child, identity, depth + 1)
  if (child.value !== undefined || child.children !== undefined) return
  node.children?.delete(part)
  if (node.children?.size === 0) delete node.children
}
