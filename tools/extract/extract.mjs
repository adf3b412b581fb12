// usage: node extract.mjs NODE_MODULES_DIR SELECTION_TOML
//
// Prints aws-types.json: what the TypeScript declarations of @pulumi/aws say of the selected resource types and
// functions. Names, types and marks alone: no text of upstream's is copied.
import fs from "node:fs";
import path from "node:path";

import { Converter, isDeprecated, loadTypescript } from "./types.mjs";

/** `resources = [...]` and `functions = [...]` of strings: the part of TOML that the selection uses. */
function readSelection(file) {
    const text = fs.readFileSync(file, "utf8").replace(/^\s*#.*$/gm, "");
    const selection = {};
    const rest = text.replace(/^(\w+)\s*=\s*\[([^\]]*)\]\s*$/gm, (_, name, items) => {
        selection[name] = JSON.parse(`[${items.trim().replace(/,$/, "")}]`);
        return "";
    });
    const names = Object.keys(selection).sort().join();
    if (rest.trim() !== "" || names !== "functions,resources") {
        throw new Error(`${file}: expected the lists \`resources\` and \`functions\`, one string a line`);
    }
    for (const [name, tokens] of Object.entries(selection)) {
        const twice = tokens.find((token, index) => tokens.indexOf(token) !== index);
        if (twice !== undefined) {
            throw new Error(`${file}: \`${twice}\` is twice in \`${name}\``);
        }
    }
    return selection;
}

/** `aws:s3/bucket:Bucket` to the name in the package and the files that hold it. */
function locate(packageFolder, token) {
    const parts = /^aws:(?:index\/)?([^:]+):([^:]+)$/.exec(token);
    const base = parts === null ? undefined : path.join(packageFolder, parts[1]);
    if (base === undefined || !fs.existsSync(`${base}.d.ts`)) {
        throw new Error(`\`${token}\` is not in ${packageFolder}`);
    }
    return { token, name: parts[2], declarations: `${base}.d.ts`, script: `${base}.js` };
}

class Extractor {
    constructor(ts, files) {
        this.ts = ts;
        this.program = ts.createProgram(files, {
            strict: true,
            skipLibCheck: true,
            noEmit: true,
            types: [],
            moduleResolution: ts.ModuleResolutionKind.Node10,
        });
        this.checker = this.program.getTypeChecker();
        this.converter = new Converter(ts, this.checker);
    }

    /** The exports of the module that declares a token, by name. */
    exports(place) {
        const module = this.checker.getSymbolAtLocation(this.program.getSourceFile(place.declarations));
        return new Map(this.checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
    }

    declared(exports, place, name) {
        const symbol = exports.get(name);
        if (symbol === undefined) {
            throw new Error(`\`${place.token}\`: ${place.declarations} does not declare ${name}`);
        }
        return symbol;
    }

    resource(place) {
        const exports = this.exports(place);
        const resource = this.declared(exports, place, place.name);
        const inputs = this.checker.getDeclaredTypeOfSymbol(this.declared(exports, place, `${place.name}Args`));
        return {
            inputs: this.converter.members(inputs, place.token),
            outputs: this.outputs(resource, place.token),
            ...this.registration(place),
            ...(isDeprecated(this.checker, resource) ? { deprecated: true } : {}),
        };
    }

    /** The properties of the class that are declared as `pulumi.Output<T>`. */
    outputs(resource, token) {
        const { ts, checker } = this;
        const outputs = {};
        for (const member of resource.valueDeclaration.members) {
            const node = ts.isPropertyDeclaration(member) ? member.type : undefined;
            if (node !== undefined && ts.isTypeReferenceNode(node) && node.typeName.getText() === "pulumi.Output") {
                const name = member.name.getText();
                const type = checker.getTypeFromTypeNode(node.typeArguments[0]);
                const symbol = checker.getSymbolAtLocation(member.name);
                outputs[name] = this.converter.output(symbol, type, `${token}.${name}`);
            }
        }
        return outputs;
    }

    /** What the script alone says: former types and secret outputs; and that the token is spelled as upstream does. */
    registration(place) {
        const { ts } = this;
        const lists = { aliases: new Set(), additionalSecretOutputs: new Set() };
        let token;
        const collect = (node, texts) => {
            if (ts.isStringLiteral(node)) {
                texts.add(node.text);
            }
            ts.forEachChild(node, (child) => collect(child, texts));
        };
        const visit = (node) => {
            if (ts.isPropertyAssignment(node) && Object.hasOwn(lists, node.name.getText())) {
                collect(node.initializer, lists[node.name.getText()]);
            } else if (ts.isPropertyDeclaration(node) && node.name.getText() === "__pulumiType") {
                token = node.initializer.text;
            }
            ts.forEachChild(node, visit);
        };
        const text = fs.readFileSync(place.script, "utf8");
        visit(ts.createSourceFile(place.script, text, ts.ScriptTarget.Latest, true));
        if (token !== place.token) {
            throw new Error(`\`${place.token}\` is \`${token}\` in ${place.script}`);
        }
        return { aliases: [...lists.aliases].sort(), secretOutputs: [...lists.additionalSecretOutputs].sort() };
    }

    function(place) {
        const exports = this.exports(place);
        const base = place.name[0].toUpperCase() + place.name.slice(1);
        const args = exports.get(`${base}Args`); // A function may take none.
        const result = this.checker.getDeclaredTypeOfSymbol(this.declared(exports, place, `${base}Result`));
        const results = {};
        for (const property of result.getProperties()) {
            const type = this.checker.getTypeOfSymbol(property);
            const where = `${place.token}.${property.name}`;
            results[property.name] = this.converter.output(property, type, where);
        }
        const given = args === undefined ? undefined : this.checker.getDeclaredTypeOfSymbol(args);
        return { args: given === undefined ? {} : this.converter.members(given, place.token), results };
    }
}

/** The same data with the keys of every object sorted. */
function sorted(value) {
    if (Array.isArray(value)) {
        return value.map(sorted);
    }
    if (typeof value === "object" && value !== null) {
        const keys = Object.keys(value).sort();
        return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
    }
    return value;
}

function extract(nodeModules, selectionFile) {
    const packageFolder = path.join(path.resolve(nodeModules), "@pulumi/aws");
    const lock = JSON.parse(fs.readFileSync(path.join(nodeModules, ".package-lock.json"), "utf8"));
    const { version, integrity } = lock.packages["node_modules/@pulumi/aws"];
    const selection = readSelection(selectionFile);
    const [resources, functions] = [selection.resources, selection.functions].map((tokens) =>
        tokens.map((token) => locate(packageFolder, token)),
    );
    const files = [...resources, ...functions].map((place) => place.declarations);
    const extractor = new Extractor(loadTypescript(nodeModules), files);
    const facts = (places, of) => Object.fromEntries(places.map((place) => [place.token, of(place)]));
    return {
        version,
        integrity,
        resources: facts(resources, (place) => extractor.resource(place)),
        functions: facts(functions, (place) => extractor.function(place)),
        types: extractor.converter.nested,
    };
}

const [nodeModules, selectionFile, ...rest] = process.argv.slice(2);
if (selectionFile === undefined || rest.length > 0) {
    console.error("usage: node extract.mjs NODE_MODULES_DIR SELECTION_TOML");
    process.exitCode = 2;
} else {
    try {
        process.stdout.write(`${JSON.stringify(sorted(extract(nodeModules, selectionFile)), null, 1)}\n`);
    } catch (error) {
        console.error(`error: ${error.message}`);
        process.exitCode = 1;
    }
}
