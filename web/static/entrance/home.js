import { dateOf, timeOf } from "../room/i18n.js";
import { ask, goOn, onSubmit } from "./ask.js";

onSubmit("sign-in", async (data) => goOn(await ask("/api/sign-in", data)));
document.getElementById("sign-out")?.addEventListener("click", async () => goOn(await ask("/api/sign-out")));

for (const time of document.querySelectorAll("time")) {
  const at = Number(time.dataset.at);
  time.dateTime = new Date(at).toISOString();
  time.textContent = `${timeOf(at)}, ${dateOf(at)}`;
}
