import { Link, useSearch } from '@tanstack/react-router'
import { IconDeviceMobile, IconKey, IconMail } from '@tabler/icons-react'
import { useState, type FormEvent } from 'react'
import { api } from '../live/careline.ts'
import { security } from '../live/own.ts'
import { hasPasskeys, showPasskey } from '../live/passkeys.ts'
import { ByMail, Forgotten } from './by-mail.tsx'
import { ByPhone } from './by-phone.tsx'
import { Card } from './card.tsx'
import { Demo } from './demo.tsx'
import { Failed } from './failed.tsx'
import { FromGoogle, ToGoogle } from './google.tsx'
import { useSignIn, useWays } from './use-sign-in.ts'
import { EmailField, PasswordField } from '../parts/fields.tsx'
import style from './sign-in.module.css'

type Way = 'link' | 'letter' | 'google' | 'password' | 'mail' | 'phone' | 'forgotten'

function firstWay({ link, mail, google }: Record<'link' | 'mail' | 'google', string | undefined>): Way {
  if (google !== undefined) return 'google'
  if (mail !== undefined) return 'letter'
  return link === undefined ? 'password' : 'link'
}

export const SignInPage = () => {
  const { link, mail, google } = useSearch({ from: '/sign-in' })
  const [way, setWay] = useState(() => firstWay({ link, mail, google }))
  const byPassword = () => setWay('password')
  return (
    <Card title="Sign in">
      {way === 'link' && <ByLink press={() => api.link(link ?? '')} words={ownersLink} other={byPassword} />}
      {way === 'letter' && <ByLink press={() => api.verify({ token: mail ?? '' })} words={letter} other={byPassword} />}
      {way === 'google' && <WithGoogle said={google ?? ''} other={byPassword} />}
      {way === 'password' && (
        <ByPassword
          byMail={() => setWay('mail')}
          byPhone={() => setWay('phone')}
          forgotten={() => setWay('forgotten')}
        />
      )}
      {way === 'mail' && <ByMail back={byPassword} />}
      {way === 'phone' && <ByPhone back={byPassword} />}
      {way === 'forgotten' && <Forgotten back={byPassword} />}
    </Card>
  )
}

const ownersLink = {
  says: 'This link signs you in as the owner. It works once.',
  again: 'A new link is printed when the server starts, or by “careline token”.',
}
const letter = {
  says: 'This link signs you in. It works once.',
  again: 'Ask for a new letter on the sign-in page.',
}

interface ByLinkProps {
  press: () => Promise<unknown>
  words: { says: string; again: string }
  other: () => void
}

/** A press, not the visit, uses the link up: mail scanners and previews open addresses, too. */
const ByLink = ({ press, words, other }: ByLinkProps) => {
  const { failed, isBusy, run } = useSignIn()
  return (
    <section className={style.form}>
      <h1>Welcome</h1>
      <p>{words.says}</p>
      <button type="button" className={style.main} disabled={isBusy} onClick={() => void run(press)}>
        Sign in with this link
      </button>
      {failed && (
        <p className={style.failed} role="alert">
          {failed} <span>{words.again}</span>
        </p>
      )}
      <button type="button" className={style.other} onClick={other}>
        Use e-mail and password
      </button>
    </section>
  )
}

const WithGoogle = ({ said, other }: { said: string; other: () => void }) => (
  <FromGoogle said={said} entering={useSignIn()} other={other} />
)

interface Ways {
  byMail: () => void
  byPhone: () => void
  forgotten: () => void
}

const ByPassword = ({ byMail, byPhone, forgotten }: Ways) => {
  const { failed, isBusy, run } = useSignIn()
  const { mail = false, signUp = false } = useWays().data ?? {}
  const { ended } = useSearch({ from: '/sign-in' })
  const [email, setEmail] = useState('')
  const [password, setPassword] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    void run(() => api.login(email.trim(), password))
  }
  return (
    <>
      <form className={style.form} onSubmit={submit}>
        <h1>Sign in</h1>
        {ended && <p role="status">You are signed out here: it was done elsewhere, or you were away for long.</p>}
        <EmailField autoFocus value={email} change={setEmail} />
        <PasswordField says="Password" value={password} change={setPassword} />
        <Failed words={failed} />
        <button type="submit" className={style.main} disabled={isBusy}>
          {isBusy ? 'Signing in' : 'Sign in'}
        </button>
        {mail && (
          <button type="button" className={style.other} onClick={forgotten}>
            I forgot my password
          </button>
        )}
      </form>
      <OtherWays byMail={byMail} byPhone={byPhone} />
      <Demo />
      {signUp && (
        <Link to="/register" className={style.other}>
          Open a business
        </Link>
      )}
    </>
  )
}

/** Those that this installation and this browser have; nothing where there is none. */
const OtherWays = ({ byMail, byPhone }: Omit<Ways, 'forgotten'>) => {
  const ways = useWays().data
  const { to } = useSearch({ from: '/sign-in' })
  if (!ways) return null
  const [hasPasskey, hasPhone] = [hasPasskeys(ways.passkeysAt), ways.sms || ways.whatsapp]
  if (![hasPasskey, ways.google, hasPhone, ways.mail].includes(true)) return null
  return (
    <section className={style.ways} aria-label="Other ways to sign in">
      <p className={style.or}>or</p>
      {hasPasskey && <ByPasskey />}
      <ToGoogle back={to === undefined ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`}>
        Sign in with Google
      </ToGoogle>
      {hasPhone && (
        <button type="button" className={style.edge} onClick={byPhone}>
          <IconDeviceMobile size={18} aria-hidden />
          Sign in by a code to my phone
        </button>
      )}
      {ways.mail && (
        <button type="button" className={style.edge} onClick={byMail}>
          <IconMail size={18} aria-hidden />
          Sign in by a letter instead
        </button>
      )}
    </section>
  )
}

/** No name is asked: the passkey says whose it is. */
const ByPasskey = () => {
  const { failed, isBusy, run } = useSignIn()
  const show = async () => security.byPasskey(await showPasskey(await security.askPasskey()))
  return (
    <>
      <Failed words={failed} />
      <button type="button" className={style.edge} disabled={isBusy} onClick={() => void run(show)}>
        <IconKey size={18} aria-hidden />
        Sign in with a passkey
      </button>
    </>
  )
}
