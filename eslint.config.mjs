// ESLint over what is written by hand. The packages lie outside the clone: `make lint` names their folder.
import { createRequire } from "node:module";
import path from "node:path";

const folder = process.env.NODE_MODULES;
if (folder === undefined) {
    throw new Error("run `make lint`, which names the folder of the npm packages");
}
const require = createRequire(path.join(folder, "package.json"));
const eslint = require("@eslint/js");
const typescript = require("typescript-eslint");

export default typescript.config(
    { ignores: ["**/node_modules/", "**/bin/", "build/", "dist/", "**/sdk/"] },
    eslint.configs.recommended,
    ...typescript.configs.strict,
    ...typescript.configs.stylistic,
    {
        files: ["**/*.mjs"],
        languageOptions: { globals: { console: "readonly", process: "readonly" } },
    },
    {
        // The report's page, inline in the browser.
        files: ["functions/report/templates/*.js"],
        languageOptions: { globals: { document: "readonly" }, sourceType: "script" },
    },
);
