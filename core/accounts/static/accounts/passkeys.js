// Passkeys: asks our server for a challenge, the browser for an answer, and gives that back. Buttons stay hidden in a
// browser that knows no passkeys; every page offers another way.

function bytes (text) {
  const plain = atob(text.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0))
}

function text (buffer) {
  const plain = String.fromCharCode(...new Uint8Array(buffer))
  return btoa(plain).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '')
}

function withBytes (options) {
  options.challenge = bytes(options.challenge)
  if (options.user) options.user.id = bytes(options.user.id)
  for (const list of [options.allowCredentials, options.excludeCredentials]) {
    list?.forEach((credential) => { credential.id = bytes(credential.id) })
  }
  return options
}

function asJson (credential) {
  const { response } = credential
  const answer = {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    clientExtensionResults: credential.getClientExtensionResults(),
    response: { clientDataJSON: text(response.clientDataJSON) }
  }
  if (credential.authenticatorAttachment) answer.authenticatorAttachment = credential.authenticatorAttachment
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) answer.response[name] = text(response[name])
  }
  if (response.getTransports) answer.response.transports = response.getTransports()
  return answer
}

async function send (place, url, body) {
  const answer = await fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: {
      'Content-Type': 'application/json',
      Accept: 'application/json',
      'X-CSRFToken': place.querySelector('input[name="csrfmiddlewaretoken"]').value
    },
    body: JSON.stringify(body)
  })
  const isJson = (answer.headers.get('Content-Type') ?? '').startsWith('application/json')
  const said = isJson ? await answer.json() : {}
  if (!answer.ok) throw new Error(said.detail ?? '')
  return said
}

async function start (place) {
  const { begin, complete, passkey: deed } = place.dataset
  const publicKey = withBytes(await send(place, begin, {}))
  const credential = deed === 'add'
    ? await navigator.credentials.create({ publicKey })
    : await navigator.credentials.get({ publicKey })
  const said = await send(place, complete, asJson(credential))
  window.location.assign(said.next)
}

function watch (place) {
  const button = place.querySelector('[data-passkey-start]')
  const trouble = place.querySelector('[data-passkey-trouble]')
  place.hidden = false
  button.addEventListener('click', async () => {
    button.disabled = true
    trouble.hidden = true
    try {
      await start(place)
    } catch (error) {
      // A browser's own message is for programmers; ours says what to do.
      trouble.textContent = error.constructor === Error && error.message ? error.message : trouble.dataset.message
      trouble.hidden = false
    } finally {
      button.disabled = false
    }
  })
}

if (window.PublicKeyCredential && navigator.credentials) {
  document.querySelectorAll('[data-passkey]').forEach(watch)
}
