// Warns before the time-out, lets the person stay, and after it covers the page without leaving it, so that what was
// typed is still there once they have signed in again in another window.
//
// The server's side: GET on `data-session-extend-url` answers 200 with {"csrf_token": "…"} while signed in, and
// counts as activity; any other answer means signed out. A part of a page that is asked for when signed out answers 401.

function refreshToken (document, token) {
  if (!token) return
  document.querySelectorAll('input[name="csrfmiddlewaretoken"]').forEach((input) => { input.value = token })
  if (document.body.hasAttribute('hx-headers:inherited')) {
    document.body.setAttribute('hx-headers:inherited', JSON.stringify({ 'X-CSRFToken': token }))
  }
}

async function askToStay (document, url) {
  const answer = await fetch(url, {
    credentials: 'same-origin', redirect: 'manual', cache: 'no-store', headers: { Accept: 'application/json' }
  })
  if (answer.status !== 200) return false
  refreshToken(document, (await answer.json()).csrf_token)
  return true
}

export function watchSession (document) {
  const dialog = document.getElementById('pw-time-out')
  const { sessionIdleSeconds, sessionWarnSeconds, sessionExtendUrl } = document.body.dataset
  const idle = Number(sessionIdleSeconds)
  const warn = Number(sessionWarnSeconds)
  if (!dialog || !sessionExtendUrl || !(idle > 0)) return

  const channel = 'BroadcastChannel' in window ? new BroadcastChannel('patchwork-session') : null
  const show = (name) => dialog.querySelectorAll('[data-part]').forEach((part) => { part.hidden = part.dataset.part !== name })
  let endsAt = 0
  let timer = 0

  // The clock is read each time, since a sleeping laptop stops timers but not the server's session.
  function look () {
    const left = endsAt - Date.now()
    if (left <= 0) {
      show('over')
      dialog.classList.add('pw-time-out--over')
      if (!dialog.open) dialog.showModal()
    } else if (left <= warn * 1000) {
      show('warning')
      if (!dialog.open) dialog.showModal()
      timer = setTimeout(look, left)
    } else {
      timer = setTimeout(look, left - warn * 1000)
    }
  }

  function restart () {
    clearTimeout(timer)
    endsAt = Date.now() + idle * 1000
    dialog.classList.remove('pw-time-out--over')
    if (dialog.open) dialog.close()
    look()
  }

  async function stay () {
    const trouble = dialog.querySelector('[data-trouble]')
    trouble.hidden = true
    try {
      if (await askToStay(document, sessionExtendUrl)) {
        restart()
        channel?.postMessage('active')
      } else {
        endsAt = 0
        look()
      }
    } catch {
      trouble.hidden = false
    }
  }

  dialog.addEventListener('cancel', (event) => {
    event.preventDefault()
    if (endsAt > Date.now()) stay()
  })
  dialog.querySelectorAll('[data-stay]').forEach((button) => button.addEventListener('click', stay))
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) { clearTimeout(timer); look() }
  })
  document.addEventListener('htmx:after:request', (event) => {
    const status = event.detail?.ctx?.response?.status ?? 500
    if (status < 400) { restart(); channel?.postMessage('active') }
    // The server ended the session (closed account, signed out elsewhere, absolute limit): the page stays as it is.
    if (status === 401) { clearTimeout(timer); endsAt = 0; look() }
  })
  channel?.addEventListener('message', restart)
  restart()
  channel?.postMessage('active')
}
