import { runService } from '@syncline/service'
import { Config } from './config.ts'
import { start } from './service.ts'

await runService('runner', Config, start)
