// What the pages gain when scripts run. Every page works without them; nothing here is needed to read, save or ring.
import { Button, ErrorSummary, NotificationBanner, PasswordInput, ServiceNavigation, SkipLink, createAll } from 'govuk-frontend'

import { watchRequests } from './scripts/requests.js'
import { watchSession } from './scripts/session.js'
import { watchShortcuts } from './scripts/shortcuts.js'
import { watchSubmits } from './scripts/submits.js'

// GOV.UK Frontend's own snippet is an inline script, which the content security policy refuses.
document.body.classList.add('js-enabled')
if ('noModule' in HTMLScriptElement.prototype) {
  document.body.classList.add('govuk-frontend-supported')
}

// Radios and checkboxes are left out: their script puts aria-expanded on radio buttons, where it is not allowed; the
// style sheet reveals what follows from an answer by itself.
const COMPONENTS = [Button, ErrorSummary, NotificationBanner, PasswordInput, ServiceNavigation, SkipLink]

function start (options = {}) {
  for (const component of COMPONENTS) createAll(component, undefined, options)
}

start()
// A browser that is busy may skip autofocus; someone who works by keyboard counts on it.
if (document.activeElement === document.body) document.querySelector('[autofocus]')?.focus()
watchShortcuts(document)
watchSubmits(document)
watchRequests(document, start)
watchSession(document)
