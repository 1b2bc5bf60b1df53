// "/" and Ctrl-K go to the search box, unless this person has switched shortcuts off in their settings.

const TYPING = 'input, textarea, select, [contenteditable="true"]'

function isSlash (event) {
  return event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest(TYPING)
}

function isControlK (event) {
  return (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k'
}

export function watchShortcuts (document) {
  if (document.body.dataset.shortcuts === 'off') return
  document.addEventListener('keydown', (event) => {
    if (event.isComposing || !(isSlash(event) || isControlK(event))) return
    const box = document.querySelector('[data-search-box]')
    if (!box || document.querySelector('dialog[open]')) return
    event.preventDefault()
    box.focus()
    box.select()
  })
}
