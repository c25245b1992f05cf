import { useState } from 'react'
import type { PermissionLine } from '../../client/access.ts'
import type { TeamMember } from '../../client/people.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { access } from '../live/access.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { PermissionChoices } from './permission-choices.tsx'
import style from './settings.module.css'
import { usePermissions } from './use-access.ts'
import { useRenewed } from './use-people.ts'

/** What one of the team may do beyond their role, or may not of it. An owner may do everything. */
export const MemberPermissions = ({ member }: { member: TeamMember }) => {
  const [isOpen, setOpen] = useState(false)
  const differs = member.grants.length + member.withheld.length
  if (member.role === 'owner' || member.status !== 'active') return null
  return (
    <details className={style.what} data-below onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>
        {differs === 0 ? 'As the role says' : `${differs} other than the role says`}
        <span className="unseen">: {member.name}</span>
      </summary>
      {isOpen && <Editor member={member} />}
    </details>
  )
}

const Editor = ({ member: { id, role, permissions } }: { member: TeamMember }) => {
  const own = useSession().permissions
  const all = usePermissions().data?.items ?? []
  const [chosen, setChosen] = useState(permissions)
  const renewed = useRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  const isUsual = ({ roles }: PermissionLine) => roles.includes(role)
  const save = () =>
    void doing.do(async () => {
      const grants = all.filter((one) => !isUsual(one) && chosen.includes(one.name)).map(({ name }) => name)
      const withheld = all.filter((one) => isUsual(one) && !chosen.includes(one.name)).map(({ name }) => name)
      await access.give(id, { grants, withheld })
      await renewed.team()
    })
  const noteOn = (one: PermissionLine) => {
    if (isUsual(one) === chosen.includes(one.name)) return null
    return isUsual(one) ? 'withheld' : 'given'
  }
  return (
    <div className={style.editor}>
      <PermissionChoices
        // Nobody gives what they do not have.
        all={all.filter(({ name }) => own?.includes(name) ?? true)}
        chosen={chosen}
        choose={setChosen}
        noteOn={noteOn}
        isFixed={isBusy}
      />
      {failed && <Trouble error={failed} what="Nothing has changed." />}
      <Button disabled={isBusy} onClick={save}>
        Save what they may do
      </Button>
    </div>
  )
}
