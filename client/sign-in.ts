import type { Http } from './http.ts'
import type { Member, Session, WorkspaceCard } from './tokens.ts'

/** The demo of a server that is tried out. */
export interface DemoPeople {
  business: string
  members: { id: string; name: string; role: Member['role'] }[]
  /** Opens the simulated phones. */
  phoneKey: string
}

/** Which ways of signing in there are, besides e-mail and password. */
export interface SignInWays {
  /** Links and codes by mail. */
  mail: boolean
  /** One-time codes to telephones. */
  sms: boolean
  whatsapp: boolean
  google: boolean
  /** Strangers may open a business. */
  signUp: boolean
  /** Letters, and texts, are not sent but kept at /letters, and /texts of this server. */
  playsMail: boolean
  playsTexts: boolean
  /** At this address of the console passkeys can be used; null where they cannot. */
  passkeysAt: string | null
  /** On the machine that it runs on; null elsewhere, and where there is none. */
  demo: DemoPeople | null
}

/** Coming in, and going. */
export function signInOf(http: Http) {
  const signIn = async (path: string, body: object) => {
    const session = await http.post<Session>(path, body, { isSigned: false })
    http.session = session
    return session
  }

  return {
    login: (email: string, password: string) => signIn('/auth/login', { email, password }),
    /** By the one-time link that the server printed. */
    link: (token: string) => signIn('/auth/link', { token }),
    /** Which ways of signing in there are besides. */
    ways: () => http.get<SignInWays>('/auth/ways', { isSigned: false }),
    /** As one of the demo, by a press. */
    asDemo: (memberId: string) => signIn('/auth/demo', { memberId }),
    /** A link and a code go to this address, where it is somebody's. */
    askToSignIn: (email: string) => http.post<undefined>('/auth/magic-link', { email }, { isSigned: false }),
    /** By what was mailed: the link's token, or the code. */
    verify: (proof: { token: string } | { email: string; code: string }) => signIn('/auth/verify', proof),
    /** A link to set a new password goes to this address, where it is somebody's. */
    askForPassword: (email: string) => http.post<undefined>('/auth/password/forgot', { email }, { isSigned: false }),
    setPassword: (token: string, password: string) =>
      http.post<undefined>('/auth/password/reset', { token, password }, { isSigned: false }),
    me: () => http.get<{ user: Member; workspace: WorkspaceCard }>('/auth/me'),
    /** Forgets the session here even when the server cannot be told. */
    async logout() {
      const { refreshToken } = http.session ?? {}
      http.session = undefined
      if (refreshToken) await http.post('/auth/logout', { refreshToken }, { isSigned: false })
    },

    /** By the code that went to a telephone. */
    useCode: (phone: string, code: string) => signIn('/auth/otp/verify', { phone, code }),
  }
}
