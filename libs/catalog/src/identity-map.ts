/**
 * Values by identity, a list of parts, kept as a tree: what lies under a prefix is found without a look at anything
 * else. The order of a node is made when it is asked for first, and kept from then on.
 */
export class IdentityMap<V> {
  readonly #root: Node<V> = {}
  readonly #codec: PartCodec

  /** Parts are ordered by their names. */
  constructor(codec: PartCodec = { nameOf: (part) => part, partOf: (name) => name }) {
    this.#codec = codec
  }

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
        if (node.order) insert(node.order, this.#codec.nameOf(part))
      }
      node = next
    }
    node.value = value
  }

  delete(identity: string[]): void {
    this.#remove(this.#root, identity, 0)
  }

  /** The values whose identity begins with `prefix`. */
  *under(prefix: string[]): Generator<V, void> {
    const node = this.#node(prefix)
    if (node) yield* valuesOf(node)
  }

  /** The same in the order of their identities; those behind `after`, the rest of an identity, if it is given. */
  *inOrder(prefix: string[], after: string[] = []): Generator<V, void> {
    const node = this.#node(prefix)
    if (node) yield* this.#ordered(node, after)
  }

  *#ordered(node: Node<V>, [first, ...rest]: string[]): Generator<V, void> {
    // A value comes before those that lie under it.
    if (node.value !== undefined && first === undefined) yield node.value
    if (node.children === undefined) return
    if (first !== undefined && rest.length > 0) {
      const child = node.children.get(first)
      if (child) yield* this.#ordered(child, rest)
    }
    node.order ??= Array.from(node.children.keys(), this.#codec.nameOf).sort(byCodeUnits)
    // Found again for each child: others may come and go while the caller works.
    for (let last = first && this.#codec.nameOf(first); ; ) {
      const next: string | undefined = node.order?.[last === undefined ? 0 : countUpTo(node.order, last)]
      if (next === undefined) return
      const child = node.children?.get(this.#codec.partOf(next))
      if (child) yield* this.#ordered(child, [])
      last = next
    }
  }

  /** Nodes that hold nothing any more go too. */
  #remove(node: Node<V>, identity: string[], depth: number): void {
    const part = identity[depth]
    if (part === undefined) {
      delete node.value
      return
    }
    const child = node.children?.get(part)
    if (child === undefined) return
    this.#remove(child, identity, depth + 1)
    if (child.value !== undefined || child.children !== undefined) return
    node.children?.delete(part)
    node.order?.splice(countUpTo(node.order, this.#codec.nameOf(part)) - 1, 1)
    if (node.children?.size === 0) {
      delete node.children
      delete node.order
    }
  }

  #node(identity: string[]): Node<V> | undefined {
    let node: Node<V> | undefined = this.#root
    for (const part of identity) node = node?.children?.get(part)
    return node
  }
}

/** How a part is written in an identity, and what it is called. */
interface PartCodec {
  nameOf(part: string): string
  partOf(name: string): string
}

interface Node<V> {
  value?: V
  children?: Map<string, Node<V>>
  /** Names of the children. */
  order?: string[]
}

function* valuesOf<V>(node: Node<V>): Generator<V, void> {
  if (node.value !== undefined) yield node.value
  if (node.children) for (const child of node.children.values()) yield* valuesOf(child)
}

function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : 1
}

function insert(order: string[], name: string): void {
  order.splice(countUpTo(order, name), 0, name)
}

/** How many names are not behind this one. */
function countUpTo(order: string[], name: string): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((order[middle] as string) <= name) low = middle + 1
    else high = middle
  }
  return low
}
