import { z } from 'zod'

const flag = z.enum(['true', 'false', '1', '0', '']).transform((text) => text === 'true' || text === '1')
const port = z.coerce.number().int().min(0).max(65_535)
const limit = z.coerce.number().int().min(1).max(1_000_000)
const secret = z.string().min(32, 'at least 32 characters')
const key = z.string().regex(/^[0-9a-f]{64}$/i, '64 hexadecimal digits (32 bytes): openssl rand -hex 32')
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
  SOCKET_TRANSPORTS: z.enum(['websocket', 'websocket,polling']).default('websocket'),
  CARELINE_MASTER_KEY: key.optional(),
  JWT_SECRET: secret.optional(),
  CARELINE_DEMO: flag.optional(),
  SIMULATORS: flag.optional(),
  DURABILITY: z.enum(['full', 'relaxed']).default('full'),
  LOG_LEVEL: z.enum(['error', 'warn', 'info', 'debug']).default('info'),
  CORS_ORIGINS: list.default([]),
  TRUST_PROXY: flag.default(false),
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
  RESEND_BASE_URL: z
    .url({ protocol: /^https?$/ })
    .max(2_048)
    .default('https://api.resend.com'),
  MAIL_FROM: z
    .string()
    .max(320)
    .regex(/^[^\r\n<>]*<[^\s<>@]+@[^\s<>@]+>$/, 'Name <address>')
    .default('Careline <careline@localhost>'),
  LIMIT_PUBLIC_PER_MINUTE: limit.default(30),
  LIMIT_STAFF_PER_MINUTE: limit.default(600),
})

export type Variables = Record<string, string | undefined>

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
  socketTransports: ('websocket' | 'polling')[]
  masterKey: string | undefined
  jwtSecret: string | undefined
  /** Whether a demo workspace is there from the first start. */
  hasDemo: boolean
  hasSimulators: boolean
  durability: 'full' | 'relaxed'
  logLevel: 'error' | 'warn' | 'info' | 'debug'
  corsOrigins: string[]
  trustsProxy: boolean
  metricsToken: string | undefined
  whatsappBaseUrl: string
  resendApiKey: string | undefined
  resendBaseUrl: string
  /** `Name <address>`. */
  mailFrom: string
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
    host: env.HOST ?? (isProduction ? '0.0.0.0' : '127.0.0.1'),
    port: env.PORT,
    publicUrl: env.PUBLIC_URL?.replace(/\/+$/, ''),
    dataDir: env.CARELINE_DATA,
    mongodbUri: env.MONGODB_URI,
    redisUrl: env.REDIS_URL,
    role: env.CARELINE_ROLE,
    name: env.CARELINE_NAME,
    socketTransports: env.SOCKET_TRANSPORTS.split(',') as ('websocket' | 'polling')[],
    masterKey: env.CARELINE_MASTER_KEY,
    jwtSecret: env.JWT_SECRET,
    hasDemo: env.CARELINE_DEMO ?? !isProduction,
    hasSimulators: env.SIMULATORS ?? !isProduction,
    durability: env.DURABILITY,
    logLevel: env.LOG_LEVEL,
    corsOrigins: env.CORS_ORIGINS,
    trustsProxy: env.TRUST_PROXY,
    metricsToken: env.METRICS_TOKEN,
    whatsappBaseUrl: env.WHATSAPP_BASE_URL,
    resendApiKey: env.RESEND_API_KEY,
    resendBaseUrl: env.RESEND_BASE_URL,
    mailFrom: env.MAIL_FROM,
    limits: { pub: env.LIMIT_PUBLIC_PER_MINUTE, staff: env.LIMIT_STAFF_PER_MINUTE, file: env.LIMIT_STAFF_PER_MINUTE },
  }
}

/** A process that does half of the work needs others, and a way to them. */
function checkRole({ CARELINE_ROLE, MONGODB_URI, REDIS_URL }: z.output<typeof Environment>) {
  if (CARELINE_ROLE === 'all' || (MONGODB_URI !== undefined && REDIS_URL !== undefined)) return
  throw new ConfigError([`CARELINE_ROLE: "${CARELINE_ROLE}" needs MONGODB_URI and REDIS_URL`])
}

/** The names of all variables, for the test that compares `.env.example`. */
export const variableNames = Object.keys(Environment.shape)

export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`The environment is not right:\n${problems.map((problem) => `  ${problem}`).join('\n')}`)
  }
}
