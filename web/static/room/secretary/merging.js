// Two people changed one line: both texts side by side, and a merged one to edit (R37).
import { html, nothing } from "../../../vendor/lit.js";
import { dialogForm, field, t } from "../ui.js";
import { compare, proposal } from "./words.js";

/** @param {import("./drafts.js").Drafts} drafts @param {string} id */
export async function mergeDialog(drafts, id) {
  const draft = drafts.of(id);
  if (!draft?.other) return;
  const { other, mine } = draft;
  const by = other.by;
  const merged = proposal(draft);
  const parts = compare(mine.text, other.words.text);
  /** @param {"ours" | "theirs"} side */
  const marked = (side) => parts.filter((p) => p.kind === "both" || p.kind === side).map((p) => (p.kind === "both" ? p.text : html`<mark>${p.text}</mark>`));
  const form = await dialogForm({
    title: t("secretary.merge.title"),
    submit: t("secretary.merge.save"),
    className: "merge",
    body: html`<p>${t("secretary.merge.explain")}</p>
      <div class="merge-sides">
        <section><h3>${t("secretary.merge.mine")}</h3><p class="merge-text" tabindex="0">${marked("ours")}</p></section>
        <section><h3>${t("secretary.merge.theirs", { by })}</h3><p class="merge-text" tabindex="0">${other.struck ? html`<em>${t("secretary.merge.struck")}</em> ` : nothing}${marked("theirs")}</p></section>
      </div>
      ${field({ label: t("secretary.merge.merged"), control: html`<textarea name="text" rows="5" maxlength="8000" .value=${merged.text}></textarea>` })}
      <p class="merge-choices">
        <button class="button quiet" name="keep" value="mine">${t("secretary.merge.keep_mine")}</button>
        <button class="button quiet" name="keep" value="theirs">${t("secretary.merge.keep_theirs", { by })}</button>
      </p>`,
  });
  if (!form) return;
  const kept = { mine, theirs: other.words }[String(form.get("keep"))];
  drafts.settle(id, kept ?? { ...merged, text: String(form.get("text")) });
}
