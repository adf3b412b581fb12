// Writes the result of `pulumi preview --json` as Markdown: what changes, what is invalid, and the notes of the component.
// usage: node comment.mjs preview.json STACK
import { readFileSync } from "node:fs";

const [file, stack] = process.argv.slice(2);

/** The JSON documents of a text, one after the other: a preview that fails prints its events without a summary. */
function documents(text) {
    try {
        return [JSON.parse(text)];
    } catch {
        return text.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    }
}

/** A message without the engine's marks for color. */
function plain(message) {
    return message.replace(/<\{%.*?%\}>/g, "").trim();
}

const all = documents(readFileSync(file, "utf8"));
const diagnostics = all.flatMap((each) => each.diagnostics ?? (each.diagnosticEvent ? [each.diagnosticEvent] : []));
const steps = all.flatMap((each) => each.steps ?? []).filter((step) => step.op !== "same");
// What a preview counts until it fails is not what an update would do.
const failed = diagnostics.some((each) => each.severity === "error");
const summary = failed ? undefined : all.map((each) => each.changeSummary).find((each) => each !== undefined);

const lines = [`### Preview of \`${stack}\``, ""];
if (summary) {
    const counts = Object.entries(summary).filter(([op]) => op !== "same").map(([op, count]) => `${count} to ${op}`);
    lines.push(counts.length > 0 ? `Resources: ${counts.join(", ")}.` : "No changes.", "");
} else {
    lines.push("The preview failed.", "");
}
for (const [severity, title] of [["error", "Problems"], ["warning", "Warnings"], ["info", "Notes"]]) {
    const said = diagnostics.filter((each) => each.severity === severity && !each.ephemeral).map((each) => plain(each.message));
    const once = [...new Set(said)].filter((text) => text !== "");
    if (once.length > 0) {
        lines.push(`**${title}**`, "", ...once.flatMap((text) => ["```text", text, "```"]), "");
    }
}
const destructive = steps.filter((step) => step.op.includes("delete") || step.op.includes("replace"));
if (destructive.length > 0) {
    lines.push("**Deleted or replaced**", "", ...destructive.map((step) => `- ${step.op}: \`${step.urn.split("::").pop()}\``), "");
}
console.log(lines.join("\n"));
