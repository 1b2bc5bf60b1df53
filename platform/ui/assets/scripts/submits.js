// A form is sent once, however often its button is pressed. The browser's "back" makes it ready again.

function buttonsOf (form) {
  return [...form.elements].filter((element) => element.type === 'submit')
}

function release (form) {
  delete form.dataset.sent
  buttonsOf(form).forEach((button) => { button.disabled = false })
}

export function watchSubmits (document) {
  document.addEventListener('submit', (event) => {
    const form = event.target
    const isHtmx = form.matches('[hx-post], [hx-get], [hx-put], [hx-patch], [hx-delete]')
    if (event.defaultPrevented || isHtmx || form.method === 'get' || form.target === '_blank') return
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = 'yes'
    // After the browser has read the form: a disabled button's own name and value would not be sent.
    setTimeout(() => buttonsOf(form).forEach((button) => { button.disabled = true }), 0)
  })
  window.addEventListener('pageshow', (event) => {
    if (event.persisted) document.querySelectorAll('form[data-sent]').forEach(release)
  })
}
