import { closeSync } from 'node:fs'
import type { Kernel } from './kernel.ts'

// linux/landlock.h
const LANDLOCK_CREATE_RULESET_VERSION = 1
const LANDLOCK_RESTRICT_SELF_TSYNC = 8

/** Rights on files that each version of Landlock's ABI knows, as bits from 0 on. */
const FS_RIGHTS = [0, 13, 14, 15, 15, 16]
const BIND_TCP_CONNECT_TCP = 0b11n
const SCOPE_ABSTRACT_UNIX_SOCKETS_AND_SIGNALS = 0b11n

/** 0 = this kernel has no Landlock. */
export function landlockAbi(kernel: Kernel): number {
  return Math.max(0, kernel.call('landlock_create_ruleset', 0, 0, LANDLOCK_CREATE_RULESET_VERSION))
}

/**
 * Gives up all that Landlock can take: files, TCP, signals to others. There is no rule that allows anything. Before ABI 8
 * it binds the thread that asks, and threads that it starts.
 */
export function landlock(kernel: Kernel, abi: number): boolean {
  const attributes = Buffer.alloc(24)
  const rights = FS_RIGHTS[Math.min(abi, FS_RIGHTS.length - 1)] ?? 0
  attributes.writeBigUInt64LE((1n << BigInt(rights)) - 1n, 0)
  if (abi >= 4) attributes.writeBigUInt64LE(BIND_TCP_CONNECT_TCP, 8)
  if (abi >= 6) attributes.writeBigUInt64LE(SCOPE_ABSTRACT_UNIX_SOCKETS_AND_SIGNALS, 16)
  const known = abi >= 6 ? 24 : abi >= 4 ? 16 : 8
  const rules = kernel.call('landlock_create_ruleset', attributes.subarray(0, known), known, 0)
  if (rules < 0) return false
  const done = kernel.call('landlock_restrict_self', rules, abi >= 8 ? LANDLOCK_RESTRICT_SELF_TSYNC : 0) === 0
  closeSync(rules)
  return done
}
