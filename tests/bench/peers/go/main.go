// The component Sixty in Go, on the component provider of Pulumi's own SDK.
package main

import (
	"fmt"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/provider"
)

const (
	token  = "bench:index:Sixty"
	layers = 3
)

type sixtyArgs struct {
	Count *int               `pulumi:"count"`
	Size  pulumi.StringInput `pulumi:"size"`
}

type sixty struct {
	pulumi.ResourceState
	LastID pulumi.StringOutput `pulumi:"lastId"`
}

type thing struct {
	pulumi.CustomResourceState
}

// construct makes the children in three layers; each child but the first layer's takes the id of one above it.
func construct(
	ctx *pulumi.Context, typ, name string, inputs provider.ConstructInputs, options pulumi.ResourceOption,
) (*provider.ConstructResult, error) {
	if typ != token {
		return nil, fmt.Errorf("unknown component %s", typ)
	}
	args := &sixtyArgs{}
	if err := inputs.CopyTo(args); err != nil {
		return nil, err
	}
	count := 60
	if args.Count != nil {
		count = *args.Count
	}
	component := &sixty{}
	if err := ctx.RegisterComponentResource(token, name, component, options); err != nil {
		return nil, err
	}
	var above []*thing
	for layer := range layers {
		var made []*thing
		for index := range (count + layers - 1 - layer) / layers {
			upper := pulumi.StringInput(pulumi.String(""))
			if layer > 0 {
				upper = above[index].ID().ToStringOutput()
			}
			child := &thing{}
			err := ctx.RegisterResource("cloud:index:Thing", fmt.Sprintf("%s-thing-%d-%d", name, layer, index), pulumi.Map{
				"size": args.Size, "layer": pulumi.Int(layer), "above": upper,
			}, child, pulumi.Parent(component))
			if err != nil {
				return nil, err
			}
			made = append(made, child)
		}
		above = made
	}
	component.LastID = above[len(above)-1].ID().ToStringOutput()
	if err := ctx.RegisterResourceOutputs(component, pulumi.Map{"lastId": component.LastID}); err != nil {
		return nil, err
	}
	return provider.NewConstructResult(component)
}

func main() {
	if err := provider.ComponentMain("bench", "0.1.0", []byte("{}"), construct); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
