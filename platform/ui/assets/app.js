// What the pages gain when scripts run. Every page works without them; nothing here is needed to read, save or ring.
import { initAll } from 'govuk-frontend'

import { watchRequests } from './scripts/requests.js'
import { watchSession } from './scripts/session.js'
import { watchShortcuts } from './scripts/shortcuts.js'
import { watchSubmits } from './scripts/submits.js'

// GOV.UK Frontend's own snippet is an inline script, which the content security policy refuses.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('govuk-frontend-supported')
}

initAll()
watchShortcuts(document)
watchSubmits(document)
watchRequests(document, initAll)
watchSession(document)
