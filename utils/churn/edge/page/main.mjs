// The form, made from the settings, and what it shows.
const form = document.querySelector("form");
const answer = document.querySelector("output");

function control(field) {
  if (!field.allowed) return Object.assign(document.createElement("input"), { inputMode: "decimal" });
  const select = document.createElement("select");
  select.append(...field.allowed.map((value) => new Option(value)));
  return select;
}

async function show({ score, settings }) {
  try {
    const p = await score(Object.fromEntries(new FormData(form)));
    const contact = p >= settings.threshold ? "contact" : "do not contact";
    answer.textContent = `Probability of leaving: ${p.toFixed(3)} – ${contact}`;
  } catch (error) {
    answer.textContent = `No score. ${error.message}`;
  }
}

try {
  const model = await import("./score.mjs");
  for (const field of model.settings.fields) {
    const label = document.createElement("label");
    const input = control(field);
    label.append(field.name, input);
    form.append(label);
    input.name = field.name;
    input.value = field.shown;
  }
  form.addEventListener("input", () => show(model));
  form.addEventListener("submit", (event) => event.preventDefault());
  await show(model);
} catch (error) {
  answer.textContent = `The model could not be loaded. ${error.message}`;
}
