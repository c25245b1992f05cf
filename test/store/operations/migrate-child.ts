/** A process that migrates, says how far it is, and lives until it is done or killed. */
import { migrate } from '../../../store/migrate.ts'

const [from = '', to = ''] = process.argv.slice(2)
await migrate(from, to, { at: (name, documents, of) => void process.stdout.write(`${name} ${documents} ${of}\n`) })
process.stdout.write('done\n')
