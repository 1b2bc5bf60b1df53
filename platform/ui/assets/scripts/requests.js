// Parts of a page fetched by htmx: say what arrived, and say so plainly when nothing could be reached.

function announce (document, text) {
  const region = document.getElementById('pw-announcer')
  if (region && region.textContent !== text) region.textContent = text
}

function showTrouble (document) {
  const alert = document.getElementById('pw-connection')
  if (!alert) return
  alert.hidden = false
  alert.querySelector('[data-message]').textContent = alert.dataset.message
}

function hideTrouble (document) {
  const alert = document.getElementById('pw-connection')
  if (!alert || alert.hidden) return
  alert.hidden = true
  alert.querySelector('[data-message]').textContent = ''
}

export function watchRequests (document, start) {
  document.addEventListener('htmx:response:error', (event) => {
    if ((event.detail?.ctx?.response?.status ?? 500) >= 500) showTrouble(document)
  })
  document.addEventListener('htmx:error', (event) => {
    if (event.detail?.ctx) showTrouble(document)
  })
  document.addEventListener('htmx:after:request', (event) => {
    if ((event.detail?.ctx?.response?.status ?? 500) < 500) hideTrouble(document)
  })
  document.addEventListener('htmx:after:swap', (event) => {
    const target = event.detail?.ctx?.target
    const scope = target instanceof Element && target.isConnected ? target : document.body
    // Components that were already there say so; that is no news.
    start({ scope, onError: () => {} })
    const spoken = scope.matches('[data-announce]') ? scope : scope.querySelector('[data-announce]')
    if (spoken) announce(document, spoken.dataset.announce)
  })
}
