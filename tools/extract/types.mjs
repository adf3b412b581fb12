// TypeScript's types of a Pulumi package as the plain data of aws-types.json.
import { createRequire } from "node:module";
import path from "node:path";

/** The TypeScript compiler of a node_modules folder; this file lies outside of it. */
export function loadTypescript(nodeModules) {
    return createRequire(path.join(path.resolve(nodeModules), "package.json"))("typescript");
}

/** Whether a declaration carries `@deprecated`. */
export function isDeprecated(checker, symbol) {
    return symbol.getJsDocTags(checker).some((tag) => tag.name === "deprecated");
}

/** `Input<T>` is `T | Promise<T> | OutputInstance<T>`: the alternatives of T, without undefined. */
export function plainAlternatives(ts, type) {
    const alternatives = type.isUnion() ? type.types : [type];
    return alternatives.filter(
        (part) => !(part.flags & ts.TypeFlags.Undefined) && !["Promise", "OutputInstance"].includes(part.symbol?.name),
    );
}

/** Converts types, and collects the nested types that they lead to. */
export class Converter {
    /** Nested types by `service.Name`. */
    nested = {};

    constructor(ts, checker) {
        this.ts = ts;
        this.checker = checker;
    }

    /** Members of an interface: inputs of a resource, arguments of a function, members of a nested type. */
    members(type, where) {
        const members = {};
        for (const property of type.getProperties()) {
            members[property.name] = {
                type: this.convert(this.checker.getTypeOfSymbol(property), `${where}.${property.name}`),
                ...(property.flags & this.ts.SymbolFlags.Optional ? {} : { required: true }),
                ...this.deprecation(property),
            };
        }
        return members;
    }

    /** An output or a result; undefined where it leads to a nested type, as nothing reads those. */
    output(symbol, type, where) {
        if (this.leadsToNested(type)) {
            return undefined;
        }
        const required = !(
            symbol.flags & this.ts.SymbolFlags.Optional ||
            (type.isUnion() && type.types.some((part) => part.flags & this.ts.TypeFlags.Undefined))
        );
        return { type: this.convert(type, where), required, ...this.deprecation(symbol) };
    }

    /** `deprecated: true`, or nothing; what upstream says of it stays upstream. */
    deprecation(symbol) {
        return isDeprecated(this.checker, symbol) ? { deprecated: true } : {};
    }

    /** One type; `where` is for the message about a type that has no form in aws-types.json. */
    convert(type, where) {
        const { ts, checker } = this;
        if (type.isUnion()) {
            return this.union(plainAlternatives(ts, type), where);
        }
        const scalars = { string: ts.TypeFlags.StringLike, number: ts.TypeFlags.NumberLike };
        Object.assign(scalars, { boolean: ts.TypeFlags.BooleanLike, any: ts.TypeFlags.Any });
        for (const [name, flags] of Object.entries(scalars)) {
            if (type.flags & flags) {
                return name;
            }
        }
        if (checker.isArrayType(type)) {
            return { list: this.convert(checker.getTypeArguments(type)[0], `${where}[]`) };
        }
        const values = checker.getIndexTypeOfType(type, ts.IndexKind.String);
        if (values !== undefined) {
            return { map: this.convert(values, `${where}{}`) };
        }
        const declaration = type.symbol?.declarations?.[0];
        if (declaration !== undefined && ts.isClassDeclaration(declaration)) {
            const name = type.symbol.name;
            if (name === "Archive" || name === "Asset") {
                return { [name.toLowerCase()]: true };
            }
        } else if (declaration !== undefined && ts.isInterfaceDeclaration(declaration)) {
            return { ref: this.reference(type, declaration, where) };
        }
        throw this.unknown(where, checker.typeToString(type));
    }

    union(alternatives, where) {
        const { ts } = this;
        if (alternatives.length > 0 && alternatives.every((part) => part.isStringLiteral())) {
            return { enum: alternatives.map((part) => part.value).sort() };
        }
        // `string | Role` and `string | PolicyDocument`: the SDK makes text of a resource or a document.
        const isText = (part) => Boolean(part.flags & ts.TypeFlags.StringLike);
        if (alternatives.some(isText) && alternatives.every((part) => isText(part) || this.isTextInOtherWords(part))) {
            return "string";
        }
        // On the wire an archive may stand where an asset may.
        if (alternatives.map((part) => part.symbol?.name).sort().join() === "Archive,Asset") {
            return { asset: true };
        }
        const distinct = new Map(
            alternatives.map((part) => this.convert(part, where)).map((kind) => [JSON.stringify(kind), kind]),
        );
        if (distinct.size !== 1) {
            throw this.unknown(where, [...distinct.keys()].join(" | "));
        }
        return [...distinct.values()][0];
    }

    isTextInOtherWords(type) {
        const declaration = type.symbol?.declarations?.[0];
        return (
            declaration !== undefined &&
            (this.ts.isClassDeclaration(declaration) || this.ts.isInterfaceDeclaration(declaration))
        );
    }

    /**
     * The namespace of types/input.d.ts that declares a nested type, `index` for what the package's own module has there;
     * undefined for what stands elsewhere.
     */
    service(declaration) {
        const namespace = declaration.parent?.parent;
        if (namespace !== undefined && this.ts.isModuleDeclaration(namespace)) {
            return namespace.name.text;
        }
        const file = declaration.parent;
        const isInput = file !== undefined && this.ts.isSourceFile(file) && file.fileName.endsWith("/types/input.d.ts");
        return isInput ? "index" : undefined;
    }

    reference(type, declaration, where) {
        const service = this.service(declaration);
        if (service === undefined) {
            throw this.unknown(where, this.checker.typeToString(type));
        }
        const name = `${service}.${type.symbol.name}`;
        if (!(name in this.nested)) {
            this.nested[name] = {}; // A type may lead to itself.
            this.nested[name] = this.members(type, name);
        }
        return name;
    }

    leadsToNested(type) {
        const { ts, checker } = this;
        return plainAlternatives(ts, type).some((part) => {
            const inner = checker.isArrayType(part)
                ? checker.getTypeArguments(part)[0]
                : checker.getIndexTypeOfType(part, ts.IndexKind.String);
            if (inner !== undefined) {
                return this.leadsToNested(inner);
            }
            return part.symbol?.declarations?.some((declaration) => ts.isInterfaceDeclaration(declaration)) ?? false;
        });
    }

    unknown(where, text) {
        return new Error(`${where}: no form in aws-types.json for ${text}`);
    }
}
