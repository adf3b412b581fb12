// What an editor offers and refuses: TypeScript's language service over two lines of a program. Prints JSON.

import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const ts = createRequire(pathToFileURL(join(folder, "node_modules", "x.js")))("typescript");

const file = join(folder, "program.ts");
const head = 'import * as compliance from "pulumi-aws-compliance";\n';
const after = "compliance.ManagedRuleIdentifier.";
const text = `${head}export const rules: compliance.types.input.ManagedRuleArgs[] = [
    { identifier: ${after}EncryptedVolumes },
    { identifier: "NEW_RULE" },
    { identifier: 1 },
];
`;
const options = {
    strict: true,
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
    skipLibCheck: true,
    types: [],
};
const host = {
    ...ts.sys,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
        const content = name === file ? text : ts.sys.readFile(name);
        return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
    },
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => (name === file ? text : ts.sys.readFile(name)),
    getCurrentDirectory: () => folder,
    getDefaultLibFileName: ts.getDefaultLibFilePath,
    useCaseSensitiveFileNames: () => true,
};
const service = ts.createLanguageService(host);
const place = text.indexOf(after) + after.length;
const completions = service.getCompletionsAtPosition(file, place, {}).entries.map((entry) => entry.name);
const details = service.getCompletionEntryDetails(file, place, "EncryptedVolumes", {}, undefined, {}, undefined);
const problems = [...service.getSyntacticDiagnostics(file), ...service.getSemanticDiagnostics(file)];
console.log(
    JSON.stringify({
        completions,
        documentation: ts.displayPartsToString(details.documentation),
        problems: problems.map((problem) => ts.flattenDiagnosticMessageText(problem.messageText, "\n")),
    }),
);
