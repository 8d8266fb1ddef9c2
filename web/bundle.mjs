/**
 * Makes `vendor/`, everything third-party that a browser gets: Lit as one module, the font, the icons, and their licences.
 * Run by the build hook (`hatch_build.py`) after `npm ci`. To add an icon, add its Lucide name as a line of `icons.txt`.
 */
import { build } from "esbuild";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const LIT = `
export { html, svg, render, nothing } from "lit/html.js";
export { classMap } from "lit/directives/class-map.js";
export { ifDefined } from "lit/directives/if-defined.js";
export { live } from "lit/directives/live.js";
export { createRef, ref } from "lit/directives/ref.js";
export { repeat } from "lit/directives/repeat.js";
`;
const FONT = "node_modules/@fontsource/be-vietnam-pro";
const WEIGHTS = [400, 600, 700];
const SUBSETS = ["vietnamese", "latin-ext", "latin"];
const PAPER_FONT = "node_modules/@expo-google-fonts/tinos";
const LICENSED = ["lit", "lit-html", "@fontsource/be-vietnam-pro", "lucide-static", "@expo-google-fonts/tinos"];

rmSync("vendor", { recursive: true, force: true });
mkdirSync("vendor/fonts", { recursive: true });

await build({
  stdin: { contents: LIT, resolveDir: "." },
  outfile: "vendor/lit.js",
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  logLevel: "warning",
});
writeFileSync("vendor/lit.d.ts", LIT.trimStart());

writeFileSync("vendor/font.css", WEIGHTS.map(fontFaces).join("\n"));
// What PDFs are set in: the widths of Times New Roman, with every Vietnamese letter.
for (const face of ["400Regular", "400Regular_Italic", "700Bold", "700Bold_Italic"]) {
  copyFileSync(`${PAPER_FONT}/${face}/Tinos_${face}.ttf`, `vendor/fonts/Tinos_${face}.ttf`);
}
writeFileSync("vendor/icons.svg", sprite(readFileSync("icons.txt", "utf8").split("\n").filter(Boolean)));
writeFileSync("vendor/LICENSES.txt", LICENSED.map(licence).join("\n\n"));

/** The faces of one weight as the font's author split them by Unicode range, and only their WOFF2 files. */
function fontFaces(weight) {
  for (const subset of SUBSETS) {
    const file = `be-vietnam-pro-${subset}-${weight}-normal.woff2`;
    copyFileSync(`${FONT}/files/${file}`, `vendor/${file}`);
  }
  const faces = readFileSync(`${FONT}/${weight}.css`, "utf8").replaceAll("./files/", "./");
  return faces.replaceAll(/, url\([^)]*\.woff\) format\('woff'\)/g, "");
}

/** One SVG with a symbol per icon, to be shown as `<svg class="icon"><use href="/vendor/icons.svg#mic"></use></svg>`. */
function sprite(names) {
  const symbols = names.map((name) => {
    const drawing = readFileSync(`node_modules/lucide-static/icons/${name}.svg`, "utf8");
    const strokes = drawing.slice(drawing.indexOf(">", drawing.indexOf("<svg")) + 1, drawing.lastIndexOf("</svg>"));
    const pen = `viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"`;
    return `<symbol id="${name}" ${pen}>${strokes.replaceAll(/\s*\n\s*/g, "")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

/** Name, version and licence texts of one bundled package; a font in it may have a licence of its own. */
function licence(name) {
  const { version } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, "utf8"));
  const texts = ["LICENSE", "LICENSE_FONT"].map((file) => `node_modules/${name}/${file}`).filter((file) => existsSync(file));
  return `${name} ${version}\n\n${texts.map((file) => readFileSync(file, "utf8").trim()).join("\n\n")}\n`;
}
