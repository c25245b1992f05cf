import { Trouble } from '../inbox/trouble.tsx'
import page from '../parts/page.module.css'
import { useTitle } from '../shell/use-title.ts'
import { HoursEditor } from './hours-editor.tsx'
import { useHours } from './use-business.ts'

/** When the business is open. */
export const HoursPage = () => {
  const { data, error, refetch } = useHours()
  useTitle('Opening hours')
  return (
    <div className={page.page}>
      <h1>Opening hours</h1>
      {error && !data && <Trouble error={error} what="The hours cannot be read." again={() => void refetch()} />}
      {data && <HoursEditor opening={data} press="Save" />}
    </div>
  )
}
