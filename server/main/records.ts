import { Addressing } from '../people/addressing.ts'
import { Bundles } from '../people/bundles.ts'
import { Duplicates } from '../people/duplicates.ts'
import { Erasing } from '../people/erasing.ts'
import { Leads } from '../people/leads.ts'
import { Merging } from '../people/merging.ts'
import type { Records } from '../people/records.ts'
import { Register } from '../people/register.ts'
import type { FileRoom } from '../files/file-room.ts'
import type { Log } from '../ports.ts'
import type { People } from '../webhooks/people.ts'
import type { Notices } from './notices.ts'
import type { Storage } from './storage.ts'

interface Parts {
  storage: Pick<Storage, 'store' | 'rest' | 'files' | 'claims' | 'suppressions'>
  people: People
  room: Pick<FileRoom, 'keep' | 'open' | 'bytesOf'>
  notices: Notices
  now(): number
  log: Log
}

/** What is known of each person: entered, merged, erased, taken along. */
export function openRecords({ storage, people, room, notices, now, log }: Parts): Records {
  const { store, rest, files, claims, suppressions } = storage
  notices.hear('people', () => people.forget())
  notices.onMissed(() => people.forget())
  const changed = async () => {
    people.forget()
    await notices.tell({ topic: 'people' })
  }
  const removeFile = files.remove.bind(files)
  const register = new Register({ store, rest, people, claims, changed })
  return {
    register,
    leads: new Leads({ register, people }),
    addressing: new Addressing({ register, people, suppressions }),
    merging: new Merging({ store, rest, now, changed }),
    duplicates: new Duplicates({ store, rest, now }),
    erasing: new Erasing({ store, rest, people, removeFile, changed, now }),
    bundles: new Bundles({ store, rest, room, log }),
  }
}
