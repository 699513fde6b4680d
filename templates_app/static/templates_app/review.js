// "a" goes to Approve and "r" to the reason; neither decides, Enter on the button does.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const form = document.getElementById("decision");
  const place = { a: 'button[value="approve"]', r: 'textarea[name="reason"]' }[event.key];
  if (!form || !place) return;
  event.preventDefault();
  form.querySelector(place).focus();
});
