import { IconBolt, IconX } from '@tabler/icons-react'
import style from './fault-bar.module.css'
import { faults, refusals, refusing } from './faults.ts'
import { phone, type Channel } from './phone-api.ts'
import { useDoing } from '../live/use-doing.ts'

/** Breaks the way between Careline and WhatsApp, and says what will be seen of it. */
export const FaultBar = ({ channel }: { channel: Channel }) => {
  const doing = useDoing()
  const on = faults.filter((fault) => fault.isOn(channel.faults))
  const set = (change: Parameters<typeof phone.faults>[1]) =>
    void doing.do(() => phone.faults(channel.channelId, change))
  return (
    <div>
      <div className={style.bar} role="group" aria-label="Faults">
        <span className={style.lead}>
          <IconBolt size={18} stroke={1.7} aria-hidden="true" />
          <b>Break something</b>
        </span>
        {faults.map((fault) => {
          const isOn = on.includes(fault)
          return (
            <button key={fault.name} type="button" aria-pressed={isOn} onClick={() => set(isOn ? fault.off : fault.on)}>
              <fault.icon size={15} stroke={1.8} aria-hidden="true" />
              {fault.name}
            </button>
          )
        })}
      </div>
      <div className={style.row}>
        <div className={style.says} role="status">
          {doing.failed && <p className={style.failed}>{doing.failed.message}</p>}
          {on.length === 0 && <p>Everything works. Break something and watch what the inbox does.</p>}
          {on.map((fault) => (
            <p key={fault.name}>
              <b>{fault.name}.</b> {fault.says}
            </p>
          ))}
          <Waiting channel={channel} />
        </div>
        {on.length > 0 && (
          <button
            type="button"
            className={style.clear}
            onClick={() => void doing.do(() => phone.clearFaults(channel.channelId))}
          >
            <IconX size={15} stroke={1.9} aria-hidden="true" />
            Mend everything
          </button>
        )}
      </div>
      {channel.faults.refuse && <Reason code={channel.faults.refuse.code} choose={(code) => set(refusing(code))} />}
    </div>
  )
}

const Reason = ({ code, choose }: { code: number; choose: (code: number) => void }) => (
  <label className={style.reason}>
    Refuse because
    <select value={code} onChange={(event) => choose(Number(event.target.value))}>
      {refusals.some((one) => one.code === code) || <option value={code}>code {code}</option>}
      {refusals.map((one) => (
        <option key={one.code} value={one.code}>
          {one.says} ({one.code})
        </option>
      ))}
    </select>
  </label>
)

const Waiting = ({ channel: { webhooks } }: { channel: Channel }) => {
  const waiting = webhooks.pending + webhooks.held
  if (waiting === 0) return null
  const isRefused = webhooks.lastStatus !== null && (webhooks.lastStatus < 200 || webhooks.lastStatus > 299)
  return (
    <p>
      <b className="figures">{waiting}</b> {waiting === 1 ? 'webhook waits' : 'webhooks wait'}
      {webhooks.held > 0 && ' to be let go'}
      {isRefused &&
        (webhooks.lastStatus === 0 ? ': Careline does not answer' : `: Careline answered ${webhooks.lastStatus}`)}
      .
    </p>
  )
}
