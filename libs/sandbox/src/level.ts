/**
 * What stands around a function, from the weakest to the strongest.
 * - `basic`: Node's permission model and the channel. It keeps honest code from accidents.
 * - `partial`: and Landlock, where the kernel takes no filter of system calls.
 * - `oswall`: and the filter: computing, and talking to the parent, is all that the kernel will do for it.
 * - `namespaced`: and namespaces of its own for users, network, IPC and host name; another user, if the parent is root.
 */
export const levels = ['basic', 'partial', 'oswall', 'namespaced'] as const
export type Level = (typeof levels)[number]

export const isAtLeast = (level: Level, least: Level): boolean =>
  levels.indexOf(level) >= levels.indexOf(least)
