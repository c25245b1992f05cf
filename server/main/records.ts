import type { Workspace } from '../../actors/runtime/contract.ts'
import { Addressing } from '../people/addressing.ts'
import { Blocking } from '../people/blocking.ts'
import { Bundles } from '../people/bundles.ts'
import { Duplicates } from '../people/duplicates.ts'
import { Erasing } from '../people/erasing.ts'
import { LeadForms } from '../people/lead-forms.ts'
import { Leads } from '../people/leads.ts'
import { Merging } from '../people/merging.ts'
import { Privacy } from '../people/privacy.ts'
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
  /** Ends their sign-ins to the app. */
  signOut(workspaceId: string, userId: string): Promise<void>
  workspaceFor(workspaceId: string): Workspace
  now(): number
  log: Log
}

/** What is known of each person: entered, merged, erased, taken along. */
export function openRecords({ storage, people, room, notices, signOut, workspaceFor, now, log }: Parts): Records {
  const { store, rest, files, claims, suppressions } = storage
  notices.hear('people', () => people.forget())
  notices.onMissed(() => people.forget())
  const changed = async () => {
    people.forget()
    await notices.tell({ topic: 'people' })
  }
  // What a template shows above its words went to many: it is none of theirs.
  const removeFile = async (workspaceId: string, fileId: string) =>
    (await files.row(workspaceId, fileId))?.purpose !== 'template' && files.remove(workspaceId, fileId)
  const bundles = new Bundles({ store, rest, room, log })
  const register = new Register({ store, rest, people, claims, changed })
  return {
    register,
    blocking: new Blocking({ signOut }),
    leads: new Leads({ register, people }),
    forms: new LeadForms({ store, rest, register, people, workspaceFor, now }),
    addressing: new Addressing({ register, people, suppressions }),
    merging: new Merging({ store, rest, now, changed, signOut }),
    duplicates: new Duplicates({ store, rest, now }),
    erasing: new Erasing({ store, rest, people, removeFile, changed, signOut, now }),
    bundles,
    privacy: new Privacy({ store, bundles, now }),
  }
}
