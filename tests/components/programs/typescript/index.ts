/* eslint-disable @typescript-eslint/no-explicit-any -- a description has no types */
// Builds what `program.json` describes; `tests/components/description.py` says how it is written.
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";

const versions: Record<string, string> = { suite: "0.1.0", cloud: "1.0.0" };
const program = JSON.parse(fs.readFileSync("program.json", "utf8"));
const made: Record<string, any> = {};

// A value of the description, its markers read.
function value(given: any): any {
    if (Array.isArray(given)) {
        return given.map(value);
    }
    if (given === null || typeof given !== "object") {
        return given;
    }
    if ("$secret" in given) {
        return pulumi.secret(value(given.$secret));
    }
    if ("$get" in given) {
        return made[given.$get[0]][given.$get[1]];
    }
    if ("$ref" in given) {
        return made[given.$ref];
    }
    if ("$asset" in given) {
        return new pulumi.asset.StringAsset(given.$asset);
    }
    if ("$archive" in given) {
        const files = Object.entries(given.$archive as Record<string, string>);
        return new pulumi.asset.AssetArchive(
            Object.fromEntries(files.map(([path, text]) => [path, new pulumi.asset.StringAsset(text)])),
        );
    }
    return Object.fromEntries(Object.entries(given).map(([name, member]) => [name, value(member)]));
}

function options(entry: any): any {
    const given = entry.options ?? {};
    const named = (names: string[] | undefined) => names?.map((name) => made[name]);
    return {
        protect: given.protect,
        retainOnDelete: given.retainOnDelete,
        ignoreChanges: given.ignoreChanges,
        replaceOnChanges: given.replaceOnChanges,
        deleteBeforeReplace: given.deleteBeforeReplace,
        additionalSecretOutputs: given.additionalSecretOutputs,
        customTimeouts: given.customTimeouts,
        replacementTrigger: given.replacementTrigger,
        dependsOn: named(given.dependsOn),
        providers: named(given.providers),
        provider: made[given.provider],
        parent: made[given.parent],
        deletedWith: made[given.deletedWith],
        aliases: given.aliases?.map((alias: any) =>
            alias.noParent ? { name: alias.name, parent: pulumi.rootStackResource } : { name: alias.name },
        ),
        version: versions[entry.type.replace("pulumi:providers:", "").split(":")[0]],
    };
}

for (const entry of program.resources) {
    const props = value(entry.props ?? {});
    for (const member of entry.get ?? []) {
        props[member] ??= undefined;
    }
    if (entry.type.startsWith("pulumi:providers:")) {
        made[entry.name] = new (pulumi.ProviderResource as any)(entry.type.split(":")[2], entry.name, props, options(entry));
    } else if (entry.type.startsWith("cloud:")) {
        made[entry.name] = new (pulumi.CustomResource as any)(entry.type, entry.name, props, options(entry));
    } else {
        made[entry.name] = new pulumi.ComponentResource(entry.type, entry.name, props, options(entry), true);
    }
}

const outputs: Record<string, any> = {};
for (const [name, given] of Object.entries(program.outputs ?? {})) {
    outputs[name] = value(given);
}
for (const [name, call] of Object.entries<any>(program.calls ?? {})) {
    const self = made[call.self];
    outputs[name] = pulumi.runtime.call(call.method, { __self__: self, ...value(call.args) }, self);
}
for (const [name, invoked] of Object.entries<any>(program.invokes ?? {})) {
    outputs[name] = pulumi.runtime.invoke(invoked.function, value(invoked.args), { version: versions.suite });
}
module.exports = outputs;
