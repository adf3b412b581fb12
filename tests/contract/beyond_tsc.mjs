// usage: node beyond_tsc.mjs NODE_MODULES_DIR FILE.ts
//
// Prints, as a JSON list of {line, message}, what tsc lets pass:
// - properties of object literals whose declaration carries `@deprecated`, nested ones too, and deprecated classes;
// - anything but an archive for an archive, or for an asset: those classes have no members, so every value fits them.
import { isDeprecated, loadTypescript, plainAlternatives } from "../../tools/extract/types.mjs";

const [nodeModules, file] = process.argv.slice(2);
const ts = loadTypescript(nodeModules);
const program = ts.createProgram([file], {
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
    module: ts.ModuleKind.CommonJS,
    moduleResolution: ts.ModuleResolutionKind.Node10,
});
const checker = program.getTypeChecker();
const source = program.getSourceFile(file);
const findings = [];

function report(node, message) {
    findings.push({ line: source.getLineAndCharacterOfPosition(node.getStart()).line + 1, message });
}

/** Which of Archive and Asset a declared property takes. */
function files(symbol) {
    const types = plainAlternatives(ts, checker.getTypeOfSymbol(symbol));
    const classes = types.filter((type) => type.symbol?.declarations?.some(ts.isClassDeclaration));
    return classes.map((type) => type.symbol.name).filter((name) => ["Archive", "Asset"].includes(name));
}

/** `new pulumi.asset.FileArchive(...)` is an archive. */
function isOneOf(node, classes) {
    return ts.isNewExpression(node) && classes.some((name) => node.expression.getText().endsWith(name));
}

function visitLiteral(literal) {
    const expected = checker.getContextualType(literal);
    if (expected === undefined) {
        throw new Error(`nothing is known of the object literal at ${literal.getStart()}`);
    }
    for (const property of literal.properties) {
        const name = property.name.text;
        const declared = plainAlternatives(ts, expected)
            .map((type) => checker.getPropertyOfType(type, name))
            .filter((symbol) => symbol !== undefined);
        if (declared.some((symbol) => isDeprecated(checker, symbol))) {
            report(property, `\`${name}\` is deprecated`);
        }
        const classes = declared.flatMap(files);
        if (classes.length > 0 && !isOneOf(property.initializer, classes)) {
            report(property, `expected an ${classes.join(" or an ")}`);
        }
    }
}

function visit(node) {
    if (ts.isObjectLiteralExpression(node)) {
        visitLiteral(node);
    } else if (ts.isPropertyAccessExpression(node)) {
        const symbol = checker.getSymbolAtLocation(node.name);
        if (symbol !== undefined && isDeprecated(checker, symbol)) {
            report(node, `\`${symbol.name}\` is deprecated`);
        }
    }
    ts.forEachChild(node, visit);
}

visit(source);
console.log(JSON.stringify(findings));
