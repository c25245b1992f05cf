/** Where this browser says that it is, in names that others know too: some say `Etc/Unknown`, or `en-US@posix`. */
export function here() {
  const { timeZone, locale } = Intl.DateTimeFormat().resolvedOptions()
  return { timezone: timeZone === 'Etc/Unknown' ? 'UTC' : timeZone, locale }
}
