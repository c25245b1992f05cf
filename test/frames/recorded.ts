/** For `--import`: this process is recorded into the folder that the address of this module names. */
import { record } from './tape.ts'

record(new URL(import.meta.url).searchParams.get('to')!)
