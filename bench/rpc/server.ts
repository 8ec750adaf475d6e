import { openServer, type Without } from './parts.ts'
import { pageOf } from './payload.ts'

/** A process that serves empty calls. Tells its port to its parent, and ends with it. */

process.on('disconnect', () => process.exit())
process.send?.(await openServer(process.argv[2] as Without, pageOf()))
