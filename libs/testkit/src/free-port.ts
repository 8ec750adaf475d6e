import getPort from 'get-port'

/** A loopback port that nothing listens on. */
export const freePort = () => getPort({ host: '127.0.0.1' })
