// The component Sixty in TypeScript, on Pulumi's component provider host.
import * as pulumi from "@pulumi/pulumi";
import { componentProviderHost } from "@pulumi/pulumi/provider/experimental";
import * as path from "path";

const LAYERS = 3;

export interface SixtyArgs {
    /** Number of children. */
    count?: number;
    /** Size of each. */
    size: pulumi.Input<string>;
}

class Thing extends pulumi.CustomResource {
    constructor(name: string, props: pulumi.Inputs, opts: pulumi.CustomResourceOptions) {
        super("cloud:index:Thing", name, props, opts);
    }
}

/** Children in three layers; each child but the first layer's takes the id of one above it. */
export class Sixty extends pulumi.ComponentResource {
    public readonly lastId: pulumi.Output<string>;

    constructor(name: string, args: SixtyArgs, opts?: pulumi.ComponentResourceOptions) {
        super("bench:index:Sixty", name, {}, opts);
        const count = args.count ?? 60;
        let above: Thing[] = [];
        for (let layer = 0; layer < LAYERS; layer++) {
            const made: Thing[] = [];
            for (let index = 0; index < Math.floor((count + LAYERS - 1 - layer) / LAYERS); index++) {
                const upper = layer > 0 ? above[index].id : "";
                const props = { size: args.size, layer, above: upper };
                made.push(new Thing(`${name}-thing-${layer}-${index}`, props, { parent: this }));
            }
            above = made;
        }
        this.lastId = above[above.length - 1].id;
        this.registerOutputs({ lastId: this.lastId });
    }
}

// What is compiled lies below the sources, which the host reads for the component's schema.
void componentProviderHost({ name: "bench", dirname: path.dirname(__dirname), components: [Sixty] });
