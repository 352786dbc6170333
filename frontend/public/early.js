// Runs before anything else: sets the theme so that no first frame is in the
// wrong one, and turns an error before the first paint into a page that can be
// read. Plain script on purpose: it must work when the rest does not.
;(function () {
  var root = document.documentElement
  try {
    if (window.matchMedia('(prefers-color-scheme: dark)').matches) root.dataset.theme = 'dark'
  } catch (e) {
    // The light theme is the default.
  }

  function show(what) {
    var app = document.getElementById('app')
    if (!app || app.childElementCount > 0) return
    var page = document.createElement('main')
    page.className = 'stopped'
    page.setAttribute('role', 'alert')
    var say = function (tag, text) {
      var el = document.createElement(tag)
      el.textContent = text
      page.appendChild(el)
    }
    say('h1', 'The window could not be drawn')
    say('p', 'Nothing is lost: everything you wrote is on this device. Close Longhand and open it again.')
    say('p', 'For whoever looks into it:')
    say('pre', String(what))
    app.appendChild(page)
  }

  window.addEventListener('error', function (e) {
    show((e.error && e.error.stack) || e.message || 'a file of the window is missing')
  }, true)
  window.addEventListener('unhandledrejection', function (e) {
    show((e.reason && (e.reason.stack || e.reason.message)) || e.reason)
  })
})()
