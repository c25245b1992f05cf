import { z } from 'zod'
import { type CodePrices, Country } from './codes.ts'
import { type AllowedHost, allowedHostOf } from './private-addresses.ts'

const flag = z.enum(['true', 'false', '1', '0', '']).transform((text) => text === 'true' || text === '1')
const port = z.coerce.number().int().min(0).max(65_535)
const limit = z.coerce.number().int().min(1).max(1_000_000)
const secret = z.string().min(32, 'at least 32 characters')
const key = z.string().regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits (32 bytes): openssl rand -hex 32')
const allowedHost = z
  .string()
  .max(255)
  .transform((entry, check) => {
    const allowed = allowedHostOf(entry)
    if (!allowed) check.addIssue(`${entry} is no host, host:port, address or range (10.0.0.0/8)`)
    return allowed ?? z.NEVER
  })
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)

/** Every variable that Careline reads, with what it is for. `.env.example` says the same, and a test compares them. */
const Environment = z.object({
  NODE_ENV: z.enum(['development', 'production', 'test']).default('development'),
  HOST: z.string().min(1).max(255).optional(),
  PORT: port.default(4600),
  /** Where clients reach us, with scheme and without a slash at the end. */
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .optional(),
  CARELINE_DATA: z.string().min(1).max(1_024).default('./data'),
  MONGODB_URI: z
    .string()
    .regex(/^mongodb(\+srv)?:\/\//, 'mongodb://… or mongodb+srv://…')
    .optional(),
  /** With it, and MONGODB_URI, several processes are one service. */
  REDIS_URL: z
    .string()
    .max(2_048)
    .regex(/^(rediss?:\/\/|\/)/, 'redis://…, rediss://… or the path of a unix socket')
    .optional(),
  /** web: requests, sockets and actors. jobs: the schedules. all: both. */
  CARELINE_ROLE: z.enum(['all', 'web', 'jobs']).default('all'),
  /** What operators call this process. */
  CARELINE_NAME: z
    .string()
    .max(64)
    .regex(/^[\w.-]+$/, 'letters, digits, dots and dashes')
    .optional(),
  /** open: strangers may open a business here. invited: only who was invited comes in. */
  CARELINE_SIGN_UP: z.enum(['open', 'invited']).optional(),
  SOCKET_TRANSPORTS: z.enum(['websocket', 'websocket,polling']).default('websocket'),
  CARELINE_MASTER_KEY: key.optional(),
  /** What was the master key before: as long as data may need it, while `careline rotate-key` changes it. */
  CARELINE_MASTER_KEY_PREVIOUS: list.pipe(z.array(key).max(8)).default([]),
  /** How long a key that was replaced is kept for processes that hang. */
  KEY_GRACE_SECONDS: z.coerce.number().int().min(1).max(604_800).default(600),
  JWT_SECRET: secret.optional(),
  /** Whether everything is backed up each day, and the newest backup restored each week to see that it can be. */
  BACKUPS: flag.default(true),
  CARELINE_BACKUPS: z.string().min(1).max(1_024).optional(),
  /** An age identity; derived from the master key where it is not set. */
  CARELINE_BACKUP_KEY: z
    .string()
    .regex(/^AGE-SECRET-KEY-1[02-9A-Z]{58}$/, 'an age identity: age-keygen makes one')
    .optional(),
  /** For so long a workspace that was closed can be taken back. */
  CLOSING_GRACE_DAYS: z.coerce.number().int().min(1).max(366).default(30),
  BACKUP_KEEP_DAYS: z.coerce.number().int().min(1).max(366).default(7),
  BACKUP_KEEP_WEEKS: z.coerce.number().int().min(0).max(520).default(4),
  CARELINE_DEMO: flag.optional(),
  SIMULATORS: flag.optional(),
  DURABILITY: z.enum(['full', 'relaxed']).default('full'),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  CORS_ORIGINS: list.default([]),
  TRUST_PROXY: flag.default(false),
  /** What the addresses of others (webhooks, files) may lead to although it is private. */
  CARELINE_ALLOW_PRIVATE_HOSTS: list.pipe(z.array(allowedHost).max(64)).optional(),
  METRICS_TOKEN: z.string().min(16).max(256).optional(),
  WHATSAPP_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .default('https://graph.facebook.com/v23.0'),
  /** With it the platform's own letters leave by Resend. */
  RESEND_API_KEY: z
    .string()
    .max(256)
    .regex(/^[\x21-\x7e]+$/, 'a key of Resend')
    .optional(),
  /** Whom to ask what domains say of themselves: address:port of each. */
  DNS_SERVERS: list
    .pipe(
      z
        .array(
          z.string().regex(/^[\d.]{7,15}(:\d{1,5})?$|^\[[\da-f:]{2,45}\](:\d{1,5})?$/i, 'an address, 10.0.0.2:53 say'),
        )
        .max(8),
    )
    .optional(),
  RESEND_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .default('https://api.resend.com'),
  MAIL_FROM: z
    .string()
    .max(320)
    .regex(/^[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>$/, 'Name <address>')
    .default('Careline <careline@localhost>'),
  /** With both, people sign in with Google: a client of type "Web application". */
  GOOGLE_CLIENT_ID: z.string().max(256).optional(),
  GOOGLE_CLIENT_SECRET: z.string().max(256).optional(),
  GOOGLE_ISSUER: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .default('https://accounts.google.com'),
  /** With them one-time codes and other texts leave by Twilio. */
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/i, 'AC and 32 hexadecimal digits')
    .optional(),
  TWILIO_AUTH_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,128}$/, 'the main token of the account')
    .optional(),
  TWILIO_FROM: z
    .string()
    .regex(
      /^(\+[1-9]\d{6,14}|MG[0-9a-f]{32}|\d{3,6}|[A-Za-z0-9 ]{1,11})$/i,
      'a number (+…), or a messaging service (MG…)',
    )
    .optional(),
  TWILIO_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .default('https://api.twilio.com'),
  /** Where one-time codes go to: countries by two letters; all where it is not set. */
  CODE_COUNTRIES: list.pipe(z.array(Country).max(250)).optional(),
  /** What a code costs, by country and `*`, in minor units of the provider's bill. */
  CODE_PRICES: list
    .pipe(z.array(z.string().regex(/^([A-Z]{2}|\*):\d{1,6}$/, 'DE:9,IN:4,*:10')).max(250))
    .default(['*:10']),
  CODE_DAILY_SPEND: z.coerce.number().int().min(0).max(1_000_000_000).default(10_000),
  /** Where new files rest; what rests elsewhere moves there. s3 where a bucket is named. */
  FILE_STORE: z.enum(['disk', 's3']).optional(),
  S3_BUCKET: z
    .string()
    .max(255)
    .regex(/^[a-z0-9][a-z0-9.-]+$/, 'the name of a bucket')
    .optional(),
  S3_REGION: z.string().min(1).max(64).default('us-east-1'),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .optional(),
  S3_ACCESS_KEY_ID: z.string().min(1).max(256).optional(),
  S3_SECRET_ACCESS_KEY: z.string().min(1).max(256).optional(),
  S3_PATH_STYLE: flag.default(false),
  /** Before every key in the bucket. */
  S3_PREFIX: z
    .string()
    .max(256)
    .regex(/^([\w.-]+\/)*$/, 'a path that ends with a slash: careline/')
    .default(''),
  /** With it every file is scanned before anybody can open it. */
  CLAMD_ADDRESS: z
    .string()
    .max(300)
    .regex(/^[^\s:]+:\d{1,5}$/, 'host:port of clamd')
    .optional(),
  LIMIT_PUBLIC_PER_MINUTE: limit.default(30),
  LIMIT_STAFF_PER_MINUTE: limit.default(600),
})

/** Who develops a receiver runs it beside us. */
const loopback = ['localhost', '127.0.0.0/8', '::1'].flatMap((entry) => allowedHostOf(entry) ?? [])

export type Variables = Record<string, string | undefined>

export interface BackupConfig {
  isOn: boolean
  directory: string
  /** An age identity. */
  key: string | undefined
  /** How many days, and how many weeks, have a backup that is kept. */
  days: number
  weeks: number
}

export interface Config {
  isProduction: boolean
  host: string
  port: number
  publicUrl: string | undefined
  dataDir: string
  mongodbUri: string | undefined
  redisUrl: string | undefined
  role: 'all' | 'web' | 'jobs'
  name: string | undefined
  /** Whether strangers may open a business here. */
  signUp: 'open' | 'invited'
  socketTransports: ('websocket' | 'polling')[]
  masterKey: string | undefined
  formerMasterKeys: string[]
  keyGraceMs: number
  closingGraceMs: number
  backups: BackupConfig
  jwtSecret: string | undefined
  /** Whether a demo workspace is there from the first start. */
  hasDemo: boolean
  hasSimulators: boolean
  durability: 'full' | 'relaxed'
  logLevel: 'error' | 'warn' | 'info' | 'debug'
  corsOrigins: string[]
  trustsProxy: boolean
  metricsToken: string | undefined
  allowedHosts: readonly AllowedHost[]
  whatsappBaseUrl: string
  resendApiKey: string | undefined
  resendBaseUrl: string
  /** Undefined: those of this machine. */
  dnsServers: readonly string[] | undefined
  /** `Name <address>`. */
  mailFrom: string
  /** Undefined where nobody signs in with Google. */
  google: { clientId: string; clientSecret: string; issuer: string } | undefined
  /** Undefined where texts are simulated, or not sent. */
  twilio: { accountSid: string; authToken: string; from: string } | undefined
  twilioBaseUrl: string
  codes: { countries: string[] | undefined; prices: CodePrices; dailySpend: number }
  /** A bucket for files. */
  s3:
    | {
        bucket: string
        region: string
        endpoint: string | undefined
        accessKeyId: string
        secretAccessKey: string
        isPathStyle: boolean
        prefix: string
      }
    | undefined
  fileStore: 'disk' | 's3'
  clamd: { host: string; port: number } | undefined
  limits: { pub: number; staff: number; file: number }
}

/** Reads the environment once. Throws with every wrong variable, what it holds wrong, and what is expected. */
export function loadConfig(variables: Variables = process.env): Config {
  // An empty variable is one that was not set: compose files and shells pass such.
  const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== ''))
  const parsed = Environment.safeParse(given)
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`))
  const env = parsed.data
  const isProduction = env.NODE_ENV === 'production'
  const missing = isProduction
    ? (['CARELINE_MASTER_KEY', 'JWT_SECRET'] as const).filter((name) => env[name] === undefined)
    : []
  if (missing.length > 0) throw new ConfigError(missing.map((name) => `${name}: must be set in production`))
  checkRole(env)
  return {
    isProduction,
    ...usualIn(env, isProduction),
    port: env.PORT,
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
    dataDir: env.CARELINE_DATA,
    mongodbUri: env.MONGODB_URI,
    redisUrl: env.REDIS_URL,
    role: env.CARELINE_ROLE,
    name: env.CARELINE_NAME,
    socketTransports: env.SOCKET_TRANSPORTS.split(',') as ('websocket' | 'polling')[],
    masterKey: env.CARELINE_MASTER_KEY,
    formerMasterKeys: env.CARELINE_MASTER_KEY_PREVIOUS,
    keyGraceMs: env.KEY_GRACE_SECONDS * 1_000,
    closingGraceMs: env.CLOSING_GRACE_DAYS * 24 * 60 * 60_000,
    jwtSecret: env.JWT_SECRET,
    durability: env.DURABILITY,
    logLevel: env.LOG_LEVEL,
    corsOrigins: env.CORS_ORIGINS,
    trustsProxy: env.TRUST_PROXY,
    metricsToken: env.METRICS_TOKEN,
    whatsappBaseUrl: env.WHATSAPP_BASE_URL,
    resendApiKey: env.RESEND_API_KEY,
    resendBaseUrl: env.RESEND_BASE_URL,
    dnsServers: env.DNS_SERVERS,
    mailFrom: env.MAIL_FROM,
    ...textsIn(env),
    google: googleIn(env, isProduction),
    s3: s3Of(env),
    clamd: clamdOf(env.CLAMD_ADDRESS),
    limits: { pub: env.LIMIT_PUBLIC_PER_MINUTE, staff: env.LIMIT_STAFF_PER_MINUTE, file: env.LIMIT_STAFF_PER_MINUTE },
  }
}

/** What nobody said is safe in production, and at hand everywhere else. */
function usualIn(
  env: z.output<typeof Environment>,
  isProduction: boolean,
): Pick<Config, 'host' | 'signUp' | 'hasDemo' | 'hasSimulators' | 'allowedHosts' | 'fileStore' | 'backups'> {
  return {
    host: env.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    signUp: env.CARELINE_SIGN_UP ?? (isProduction ? 'invited' : 'open'),
    hasDemo: env.CARELINE_DEMO ?? !isProduction,
    hasSimulators: env.SIMULATORS ?? !isProduction,
    allowedHosts: env.CARELINE_ALLOW_PRIVATE_HOSTS ?? (isProduction ? [] : loopback),
    fileStore: env.FILE_STORE ?? (env.S3_BUCKET === undefined ? 'disk' : 's3'),
    backups: {
      isOn: env.BACKUPS,
      directory: env.CARELINE_BACKUPS ?? `${env.CARELINE_DATA}/backups`,
      key: env.CARELINE_BACKUP_KEY,
      days: env.BACKUP_KEEP_DAYS,
      weeks: env.BACKUP_KEEP_WEEKS,
    },
  }
}

function textsIn(env: z.output<typeof Environment>): Pick<Config, 'twilio' | 'twilioBaseUrl' | 'codes'> {
  const given = { accountSid: env.TWILIO_ACCOUNT_SID, authToken: env.TWILIO_AUTH_TOKEN, from: env.TWILIO_FROM }
  const { accountSid, authToken, from } = given
  const isWhole = accountSid !== undefined && authToken !== undefined && from !== undefined
  if (!isWhole && Object.values(given).some((value) => value !== undefined))
    throw new ConfigError(['TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM: one is of no use without the others'])
  const prices = env.CODE_PRICES.map((entry) => entry.split(':')).map(([country = '*', price]) => [
    country,
    Number(price),
  ])
  return {
    twilio: isWhole ? { accountSid, authToken, from } : undefined,
    twilioBaseUrl: env.TWILIO_BASE_URL,
    codes: {
      countries: env.CODE_COUNTRIES,
      prices: Object.fromEntries(prices) as CodePrices,
      dailySpend: env.CODE_DAILY_SPEND,
    },
  }
}

function s3Of(env: z.output<typeof Environment>): Config['s3'] {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = env
  if (bucket === undefined && env.FILE_STORE === 's3') throw new ConfigError(['FILE_STORE: s3 needs S3_BUCKET'])
  if (bucket === undefined) return undefined
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new ConfigError(['S3_BUCKET: needs S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY'])
  const { S3_REGION: region, S3_ENDPOINT: endpoint, S3_PATH_STYLE: isPathStyle, S3_PREFIX: prefix } = env
  return { bucket, region, endpoint, accessKeyId, secretAccessKey, isPathStyle, prefix }
}

function clamdOf(address: string | undefined): Config['clamd'] {
  if (address === undefined) return undefined
  const [host = '', port = ''] = address.split(':')
  return { host, port: Number(port) }
}

/** A process that does half of the work needs others, and a way to them. */
function checkRole({ CARELINE_ROLE, MONGODB_URI, REDIS_URL }: z.output<typeof Environment>) {
  if (CARELINE_ROLE === 'all' || (MONGODB_URI !== undefined && REDIS_URL !== undefined)) return
  throw new ConfigError([`CARELINE_ROLE: "${CARELINE_ROLE}" needs MONGODB_URI and REDIS_URL`])
}

function googleIn(env: z.output<typeof Environment>, isProduction: boolean): Config['google'] {
  const { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret, GOOGLE_ISSUER: issuer } = env
  if (clientId === undefined && clientSecret === undefined) return undefined
  if (clientId === undefined || clientSecret === undefined)
    throw new ConfigError(['GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET: one is of no use without the other'])
  if (isProduction && issuer.startsWith('http:')) throw new ConfigError(['GOOGLE_ISSUER: https://… in production'])
  return { clientId, clientSecret, issuer }
}

/** The names of all variables, for the test that compares `.env.example`. */
export const variableNames = Object.keys(Environment.shape)

export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`The environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}
