/** A code that came by QR stands behind `#`, which browsers never send: it is put into the field, out of the address, and asked for. */
const code = decodeURIComponent(location.hash.slice(1));
const field = /** @type {HTMLInputElement | null} */ (document.querySelector("input[name='code']"));
if (code && field) {
  history.replaceState(null, "", location.pathname);
  field.value = code;
  field.form?.requestSubmit();
}
