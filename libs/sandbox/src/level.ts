/**
 * How far a function is confined, from the weakest level to the strongest. Each adds to the one before.
 * - `basic`: Node's permission model and the channel. It protects against mistakes, not against attacks.
 * - `partial`: Landlock, where the kernel accepts no filter of system calls.
 * - `oswall`: the filter of system calls. The kernel lets the process only compute and talk to its parent.
 * - `namespaced`: namespaces of its own for users, network, IPC and host name; another user, if the parent is root.
 */
export const levels = ['basic', 'partial', 'oswall', 'namespaced'] as const
export type Level = (typeof levels)[number]

export const isAtLeast = (level: Level, least: Level): boolean =>
  levels.indexOf(level) >= levels.indexOf(least)
