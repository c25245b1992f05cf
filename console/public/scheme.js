// Runs before the first paint, as a file and not inline: the server's content security policy forbids inline scripts.
;(function () {
  function kept() {
    try {
      return localStorage.getItem('careline.scheme')
    } catch {
      return null // A browser that keeps nothing for us follows the system.
    }
  }
  var scheme = kept() || 'auto'
  var isDark = scheme === 'dark' || (scheme === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
})()
