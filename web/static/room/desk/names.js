// Finding people by what one hears of their name: marks, đ and capitals do not matter (Hòa = hoà = hoa).

/** @param {string} text */
export const folded = (text) => text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/[đĐ]/g, "d").toLowerCase().replace(/\s+/g, " ").trim();

/**
 * Those whose name holds every word typed, in any order; by given name, as Vietnamese lists are.
 * @template {{name: string, area?: string}} P @param {P[]} people @param {string} typed @returns {P[]}
 */
export function find(people, typed) {
  const words = folded(typed).split(" ").filter(Boolean);
  return people.filter((p) => words.every((word) => folded(`${p.name} ${p.area ?? ""}`).includes(word))).sort(byGivenName);
}

const collator = new Intl.Collator("vi", { numeric: true });

/** @param {{name: string}} a @param {{name: string}} b */
export function byGivenName(a, b) {
  const given = (/** @type {string} */ name) => name.trim().split(/\s+/).at(-1) ?? "";
  return collator.compare(given(a.name), given(b.name)) || collator.compare(a.name, b.name);
}
