/** @param {unknown} value @returns {value is Record<string, unknown>} */
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Applies a JSON merge patch (RFC 7386): keys replace, `null` removes, lists are replaced whole. What the patch does not touch stays the
 * very same object, so that a screen can compare by identity.
 * @param {unknown} old @param {unknown} patch @returns {any}
 */
export function merge(old, patch) {
  if (!isObject(patch)) return patch;
  const merged = isObject(old) ? { ...old } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = merge(merged[key], value);
  }
  return merged;
}
