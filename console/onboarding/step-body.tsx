import { Link } from '@tanstack/react-router'
import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import type { Step } from '../../client/business.ts'
import { Trouble } from '../inbox/trouble.tsx'
import { api } from '../live/careline.ts'
import { businesses } from '../live/business.ts'
import { useDoing } from '../live/use-doing.ts'
import { useSession } from '../live/use-session.ts'
import { Button } from '../parts/button.tsx'
import { BusinessFields } from '../settings/business-fields.tsx'
import { HoursEditor } from '../settings/hours-editor.tsx'
import { ProfileFields } from '../settings/profile-fields.tsx'
import settings from '../settings/settings.module.css'
import { useBusiness, useBusinessRenewed, useHours } from '../settings/use-business.ts'
import { Address } from './address.tsx'
import { FirstService } from './first-service.tsx'
import { Presets } from './presets.tsx'

interface Props {
  step: Step
  /** To the next step that wants something. */
  go: () => Promise<void>
}

/** What one does in a step: the same parts that the settings have. */
export const StepBody = ({ step, go }: Props) => {
  const Body = bodies[step.key]
  return <Body step={step} go={go} />
}

/** Leaves a step out, where it can be. */
export const Skip = ({ step, go }: Props) => {
  const renewed = useBusinessRenewed()
  const { failed, isBusy, ...doing } = useDoing()
  if (!step.maySkip || step.status === 'done') return null
  const skip = () =>
    void doing.do(async () => {
      await businesses.markStep(step.key, 'skipped')
      await renewed()
      await go()
    })
  return (
    <>
      <Button tone="quiet" disabled={isBusy} onClick={skip}>
        Leave it out for now
      </Button>
      {failed && <Trouble error={failed} what="It stays as it was." />}
    </>
  )
}

const BusinessStep = ({ step, go }: Props) => {
  const { data } = useBusiness()
  const isUnproven = step.missing.some(({ code }) => code === 'email_unproven')
  const mark = async () => {
    if (isUnproven) return
    await businesses.markStep('business', 'done')
    await go()
  }
  return (
    <>
      <Presets />
      {isUnproven && <Address />}
      {data && <BusinessFields business={data} press={isUnproven ? 'Save' : 'That is right'} then={mark} />}
    </>
  )
}

const HoursStep = ({ step, go }: Props) => {
  const { data } = useHours()
  return data ? (
    <HoursEditor opening={data} press="Save and go on" then={go}>
      <Skip step={step} go={go} />
    </HoursEditor>
  ) : null
}

const PrivacyStep = ({ go }: Props) => {
  const { data } = useBusiness()
  return data ? (
    <ProfileFields business={data} names={['privacyUrl']} areNeeded press="Save and go on" then={go} />
  ) : null
}

/** What has a page of its own in the settings. */
const Elsewhere = ({ step, go, children }: Props & { children: ReactNode }) => (
  <div className={settings.line}>
    {children}
    {step.status === 'done' && (
      <Button tone="main" onClick={() => void go()}>
        Go on
      </Button>
    )}
    <Skip step={step} go={go} />
  </div>
)

const ChannelsStep = ({ step, go }: Props) => {
  const { workspace } = useSession()
  const { data } = useQuery({
    queryKey: ['business', 'channels', workspace.id],
    queryFn: () => api.integrations.list(),
  })
  return (
    <>
      <ul className={settings.rows} aria-label="Channels">
        {data?.items.map(({ id, name, simulate, status }) => (
          <li key={id} data-quiet={status === 'active' ? undefined : true}>
            <span>
              <b>
                <Link to="/settings/channels" search={{ channel: id }}>
                  <bdi>{name}</bdi>
                </Link>
              </b>
              {simulate && <em>simulated</em>}
            </span>
          </li>
        ))}
      </ul>
      <Elsewhere step={step} go={go}>
        <Link to="/settings/channels">Connect a channel</Link>
      </Elsewhere>
      <p>Channels are connected and tested in the settings; the bar above every page brings you back here.</p>
    </>
  )
}

const StaffStep = (props: Props) => (
  <Elsewhere {...props}>
    <Link to="/settings/team">Invite somebody</Link>
  </Elsewhere>
)

const ServiceStep = ({ step, go }: Props) => (
  <>
    <FirstService />
    <Elsewhere step={step} go={go}>
      {null}
    </Elsewhere>
  </>
)

const bodies: Record<Step['key'], (props: Props) => ReactNode> = {
  business: BusinessStep,
  hours: HoursStep,
  channels: ChannelsStep,
  staff: StaffStep,
  service: ServiceStep,
  privacy: PrivacyStep,
}
