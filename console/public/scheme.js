// Runs before the first paint, as a file and not inline: the server's content security policy forbids inline scripts.
;(function () {
  var kept = 'auto'
  try {
    kept = localStorage.getItem('careline.scheme') || 'auto'
  } catch (error) {
    kept = 'auto' // A browser that keeps nothing for us follows the system.
  }
  var isDark = kept === 'dark' || (kept === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
})()
